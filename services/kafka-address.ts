import type { Settings } from '../shared/config.ts';
import type { KafkaAddress } from '../shared/kafka/connect-kafka.ts';
import { CommandError } from './command.ts';
import { readPem } from './read-pem.ts';

/** Where Kafka is by the configuration, certificates read. Throws `CommandError` where brokers are missing, settings contradict or a file cannot be read. */
export async function kafkaAddressOf({ kafka }: Settings): Promise<KafkaAddress> {
  if (kafka.brokers.length === 0) {
    throw new CommandError(
      2,
      'no broker: where is Kafka?',
      'give --brokers HOST:PORT, TALLYMARK_KAFKA_BROKERS or kafka.brokers; `npm run kafka` starts one to try things out',
    );
  }
  if ((kafka.cert === undefined) !== (kafka.key === undefined))
    throw new CommandError(2, 'kafka.cert and kafka.key belong together', 'give both or none');
  return { brokers: kafka.brokers, tls: await tlsOf(kafka), sasl: saslOf(kafka) };
}

async function tlsOf({ tls, ca, cert, key }: Settings['kafka']): Promise<KafkaAddress['tls']> {
  if (!tls && ca === undefined && cert === undefined) return undefined;
  return {
    ca: ca === undefined ? undefined : await readPem(ca, 'kafka.ca'),
    cert: cert === undefined ? undefined : await readPem(cert, 'kafka.cert'),
    key: key === undefined ? undefined : await readPem(key, 'kafka.key'),
  };
}

function saslOf({ sasl, user, password }: Settings['kafka']): KafkaAddress['sasl'] {
  if (sasl === undefined && user === undefined && password === undefined) return undefined;
  if (sasl === undefined || user === undefined || password === undefined) {
    throw new CommandError(
      2,
      'kafka.sasl, kafka.user and the password belong together',
      'give all three or none; the password by kafka.password_file or TALLYMARK_KAFKA_PASSWORD_FILE',
    );
  }
  return { mechanism: sasl, user, password };
}
