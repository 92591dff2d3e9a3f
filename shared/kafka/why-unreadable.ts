import { KafkaError } from './kafka-error.ts';

/** What a broker says of a partition that it does not have, or not yet, and of who may not ask: kafkajs knows what to do, or the operator. */
const notOfTheLog =
  /^(UNKNOWN_TOPIC_OR_PARTITION|LEADER_NOT_AVAILABLE|NOT_LEADER_FOR_PARTITION|(FENCED|UNKNOWN)_LEADER_EPOCH)$|AUTH|SASL/;

/** Why a partition cannot be read, in our words, where a fetch has failed by that; undefined where it is a matter of more than one partition. */
export function whyUnreadable(error: unknown, broker: string): KafkaError | undefined {
  if (error instanceof KafkaError)
    return error.code === 'unknown_codec' || error.code === 'damaged' ? error : undefined;
  // One that asks for an offset which is not there has a name of its own.
  if (!(error instanceof Error) || error.name !== 'KafkaJSProtocolError') return undefined;
  const type = String((error as { type?: unknown }).type);
  if (notOfTheLog.test(type)) return undefined;
  const words = `Kafka at ${broker} cannot read it (${type}). See the log and the disk of that broker.`;
  return new KafkaError('other', words, { cause: error });
}
