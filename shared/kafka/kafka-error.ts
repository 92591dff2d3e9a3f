import type { KafkaAddress } from './connect-kafka.ts';

/** What kind of trouble with Kafka it is, for whoever decides what to do about it. */
export type KafkaTrouble =
  | 'unreachable'
  | 'authentication'
  | 'tls'
  | 'not_authorized'
  | 'no_topic'
  | 'other_consumers'
  | 'unknown_codec'
  | 'damaged'
  | 'topic_settings'
  | 'too_large'
  | 'other';

/** Trouble with Kafka in words for the operator: what, where, what to do. Holds no password and nothing of a message. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  /** For kafkajs, which would otherwise try again what it gets out of a codec. */
  readonly retriable = false;
  readonly code: KafkaTrouble;

  constructor(code: KafkaTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether only the operator can put it right, however long one waits. */
export function isForOperator({ code }: KafkaError): boolean {
  return code !== 'unreachable' && code !== 'no_topic' && code !== 'other';
}

/** What kafkajs throws, in our words; a `KafkaError` as it is. Of kafkajs' own text nothing is shown, since it quotes what it was given. */
export function asKafkaError(error: unknown, address: KafkaAddress): KafkaError {
  const chain = chainOf(error);
  const own = chain.find((one) => one instanceof KafkaError);
  if (own) return own;
  const where = chain.map(({ broker }) => broker).find(isAddress) ?? address.brokers.join(', ');
  for (const explain of explanations) {
    for (const link of chain) {
      const found = explain(link, { where, kafka: address });
      if (found) return new KafkaError(found[0], found[1], { cause: error });
    }
  }
  const kinds = [...new Set(chain.flatMap(({ name, type, code }) => [name, type, code]))];
  const words = kinds.filter((kind) => typeof kind === 'string' && /^[A-Za-z]\w{1,60}$/.test(kind));
  return new KafkaError('other', `Kafka at ${where} failed: ${words.join(' ') || typeof error}`, {
    cause: error,
  });
}

/** What an error of kafkajs, of Node's sockets or of TLS may have. */
type Link = Error & {
  readonly broker?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
};

/** An error, what caused it, and so on; the members of an aggregate too. */
function chainOf(error: unknown): Link[] {
  const chain: Link[] = [];
  const open = [error];
  for (const next of open) {
    if (!(next instanceof Error) || chain.includes(next as Link)) continue;
    const link = next as Link;
    chain.push(link);
    open.push(link.cause, ...(link.errors ?? []));
  }
  return chain;
}

function isAddress(broker: unknown): broker is string {
  return typeof broker === 'string' && /^[\w.-]+:\d{1,5}$/.test(broker);
}

interface Around {
  readonly where: string;
  readonly kafka: KafkaAddress;
}

type Explanation = (link: Link, around: Around) => readonly [KafkaTrouble, string] | undefined;

/** The surer ones first: a refused password also closes the connection. */
const explanations: readonly Explanation[] = [
  explainLogin,
  explainTls,
  explainAnswer,
  explainCodec,
  explainConnection,
];

function explainLogin({ name, type, message }: Link, { where, kafka: { sasl } }: Around) {
  if (name !== 'KafkaJSSASLAuthenticationError' && !/SASL/.test(String(type))) return undefined;
  if (!sasl)
    return [
      'authentication',
      `Kafka at ${where} wants a login. Give kafka.sasl, kafka.user and a password.`,
    ] as const;
  if (/not supported/i.test(message) || type === 'UNSUPPORTED_SASL_MECHANISM')
    return [
      'authentication',
      `Kafka at ${where} does not offer the login ${sasl.mechanism}. Set kafka.sasl to one that it has.`,
    ] as const;
  const what = `Kafka at ${where} refuses the login of ${sasl.user} by ${sasl.mechanism}.`;
  return ['authentication', `${what} Check kafka.user, the password and kafka.sasl.`] as const;
}

/** Codes of Node and OpenSSL, by what they begin with or have in them. */
const tlsTroubles: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED/, 'its certificate has expired. Renew it on the broker'],
  [/^CERT_NOT_YET_VALID/, 'its certificate is not valid yet. Check the clocks of both machines'],
  [
    /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED|CERT_SIGNATURE/,
    'its certificate is of an authority that is not known here. Give the authority’s certificate by kafka.ca',
  ],
  [
    /ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    'its certificate is of another host. Name the broker as its certificate does',
  ],
  [
    /CERTIFICATE_REQUIRED/,
    'it wants a certificate of the client. Give kafka.cert and kafka.key, of an authority that it trusts',
  ],
  [
    /ALERT_(BAD|UNKNOWN_CA|UNSUPPORTED|CERTIFICATE|DECRYPT|ACCESS)|ALERT_UNKNOWN/,
    'it does not take the certificate of the client. Check that kafka.cert is of an authority that it trusts and has not expired',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH/,
    'what listens there does not speak TLS. Set kafka.tls to false, or name the port that does',
  ],
  [
    /^ERR_(OSSL|TLS|SSL|CRYPTO|PEM)/,
    'the connection could not be secured. Check the files of kafka.ca, kafka.cert and kafka.key',
  ],
];

function explainTls({ code }: Link, { where }: Around) {
  const words = tlsTroubles.find(([pattern]) => pattern.test(String(code ?? '')))?.[1];
  return words === undefined
    ? undefined
    : (['tls', `No TLS with Kafka at ${where}: ${words} (${String(code)}).`] as const);
}

/** Errors that a broker answers with, by their names in Kafka's protocol. */
const answers: readonly (readonly [RegExp, KafkaTrouble, string])[] = [
  [
    /^(LEADER_NOT_AVAILABLE|NOT_LEADER_FOR_PARTITION)$/,
    'other',
    'has no leader for a partition. Check that all brokers run',
  ],
  [
    /^CLUSTER_AUTHORIZATION_FAILED$/,
    'not_authorized',
    'does not allow this. Grant this user CREATE where the topic is missing, and to send to brokers before 2.8 IDEMPOTENT_WRITE on the cluster',
  ],
  [
    /_AUTHORIZATION_FAILED$/,
    'not_authorized',
    'does not allow this. Grant this user the rights on topic and group',
  ],
  [
    /^INCONSISTENT_GROUP_PROTOCOL$/,
    'other_consumers',
    'has consumers of somebody else in this group. Give ingesters one of their own by --group, and the same to `tallymark ship`',
  ],
  [/^UNKNOWN_TOPIC/, 'no_topic', 'has no such topic. Check kafka.topic, or let `tallymark ship` make it'],
  [
    /^(MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE|RECORD_TOO_LARGE)$/,
    'too_large',
    'does not take a message of this size. Raise max.message.bytes of the topic',
  ],
  [
    /^INVALID_REPLICATION_FACTOR$/,
    'topic_settings',
    'has not as many brokers as replicas are wanted. Lower kafka.replication_factor',
  ],
  [
    /^(INVALID_PARTITIONS|INVALID_CONFIG|POLICY_VIOLATION|INVALID_TOPIC_EXCEPTION|INVALID_REQUEST)$/,
    'topic_settings',
    'does not take the topic with these settings. Check kafka.topic, kafka.partitions and the policy of the brokers',
  ],
];

function explainAnswer({ type }: Link, { where }: Around) {
  const known = answers.find(([pattern]) => pattern.test(String(type ?? '')));
  return known && ([known[1], `Kafka at ${where} ${known[2]} (${String(type)}).`] as const);
}

function explainCodec({ name }: Link, { where }: Around) {
  return name === 'KafkaJSNotImplemented'
    ? (['unknown_codec', `Kafka at ${where} has messages in a compression that is not known here.`] as const)
    : undefined;
}

function explainConnection({ name, code, message }: Link, { where, kafka }: Around) {
  const words = connectionTrouble(name, String(code ?? ''), message);
  if (words === undefined) return undefined;
  const closed = /closed/.test(words) ? whyClosed(kafka) : '';
  return [
    'unreachable',
    `Kafka at ${where} ${words}. Check --brokers and that the broker runs.${closed}`,
  ] as const;
}

/** A broker that is spoken to in the wrong way says nothing, it hangs up. */
function whyClosed({ tls, sasl }: KafkaAddress): string {
  if (!tls) return ' A broker that wants TLS closes connections without it: see kafka.tls.';
  return sasl ? '' : ' A broker that wants a login closes connections without it: see kafka.sasl.';
}

function connectionTrouble(name: string, code: string, message: string): string | undefined {
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return `is not known: no such host (${code})`;
  if (code === 'ECONNREFUSED') return 'is not there: nobody listens (ECONNREFUSED)';
  if (/^(ECONNRESET|EPIPE)$/.test(code)) return `closed the connection (${code})`;
  if (/^E(HOSTUNREACH|NETUNREACH|TIMEDOUT|ADDRNOTAVAIL|HOSTDOWN)$/.test(code))
    return `cannot be reached (${code})`;
  if (name === 'KafkaJSConnectionClosedError') return 'closed the connection';
  // What kafkajs says, without a name of its own, of a broker that took the connection and then said nothing.
  if (message === 'Broker not connected') return 'does not answer in time';
  if (/^KafkaJS(Connection|RequestTimeout|NoBrokerAvailable|BrokerNotFound|MetadataNotLoaded)/.test(name))
    return /timeout/i.test(message + name) ? 'does not answer in time' : 'cannot be reached';
  return undefined;
}
