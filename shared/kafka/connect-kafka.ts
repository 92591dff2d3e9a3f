import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './codecs.ts';

export type { Admin, Kafka } from 'kafkajs';
export { asKafkaError, KafkaError } from './kafka-error.ts';

/** Where Kafka is and how to get in. */
export interface KafkaAddress {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  /** TLS is spoken where this is given, empty or not. PEM. */
  readonly tls?:
    | {
        readonly ca?: Uint8Array | string | undefined;
        readonly cert?: Uint8Array | string | undefined;
        readonly key?: Uint8Array | string | undefined;
      }
    | undefined;
  readonly sasl?:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly user: string;
        readonly password: string;
      }
    | undefined;
  /** How the broker's logs and quotas name us; default `tallymark`. */
  readonly clientId?: string;
}

/** Far brokers with TLS need more than the second that kafkajs gives a connection. */
const CONNECT_MS = 5000;

/** Together about 3 s: longer outages are for whoever holds the connection, who can say that it waits. */
const FIRST_RETRY_MS = 100;
const RETRIES = 5;

/**
 * A kafkajs client that reads all compressions of Kafka. It connects when something made from it does, writes nothing to stderr (kafkajs'
 * own lines quote addresses and errors), and what it throws is for `asKafkaError`.
 */
export function connectKafka(
  { brokers, tls, sasl, clientId }: KafkaAddress,
  { socketFactory }: { readonly socketFactory?: ISocketFactory } = {},
): Kafka {
  registerCodecs();
  return new Kafka({
    brokers: [...brokers],
    clientId: clientId ?? 'tallymark',
    connectionTimeout: CONNECT_MS,
    retry: { initialRetryTime: FIRST_RETRY_MS, retries: RETRIES },
    logLevel: logLevel.NOTHING,
    logCreator: () => () => {},
    ...(socketFactory && { socketFactory }),
    ...(tls && { ssl: tlsOptions(tls) }),
    ...(sasl && { sasl: saslOptions(sasl) }),
  });
}

function tlsOptions(files: NonNullable<KafkaAddress['tls']>): NonNullable<KafkaConfig['ssl']> {
  const given = Object.entries(files).filter((entry) => entry[1] !== undefined);
  if (given.length === 0) return true;
  return Object.fromEntries(given.map(([name, pem]) => [name, Buffer.from(pem as string)]));
}

function saslOptions({ mechanism, user, password }: NonNullable<KafkaAddress['sasl']>): SASLOptions {
  return { mechanism, username: user, password } as SASLOptions;
}
