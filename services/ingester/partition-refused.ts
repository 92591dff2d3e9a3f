import type { PartitionName } from '../../shared/store/partition-name.ts';
import type { Refusal } from './resume-point.ts';

/** A partition that is not read, since it would be guessing where to go on: what is wrong with it, and what to do. */
export class PartitionRefused extends Error {
  override readonly name = 'PartitionRefused';
  readonly why: Refusal;

  constructor(why: Refusal, { topic, partition }: PartitionName) {
    super(`Partition ${partition} of ${topic} is not read: ${describeRefusal(why)}`);
    this.why = why;
  }
}

function describeRefusal(why: Refusal): string {
  switch (why) {
    case 'strange_group':
      return 'something else than Tallymark commits offsets of this group. Give another one with --group, and the same to `tallymark ship`.';
    case 'other_group':
      return 'its group has passed messages that this store has nothing of. Stop its ingesters and give a new one with --group, which begins with the first message there is, and the same to `tallymark ship`.';
    case 'other_store':
      return 'its group has counted into another store, or this one was restored from an older backup. Give the store that it belongs to, or stop its ingesters and give a new group with --group, and the same to `tallymark ship`; of chunks that `tallymark ship` sent no line is counted twice.';
    case 'truncated':
      return 'it ends before what was counted of it, or has other messages there, so Kafka has lost messages that were acknowledged. Ship the logs again into a new topic with --topic; what was counted is not counted again. If the topic was made again, delete the offsets that the group has of it.';
    default:
      return why satisfies never;
  }
}
