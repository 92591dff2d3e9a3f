import { inTime, unlessAborted } from '../../shared/in-time.ts';
import { announceFeeder, type Feeder } from '../../shared/store/feed.ts';
import type { IngestOptions } from './ingest-options.ts';

/** What is announced and who is told of it. */
export type Announcing = Pick<
  IngestOptions,
  'store' | 'topic' | 'facts' | 'group' | 'site' | 'signal' | 'onEvent'
>;

/** How long taking back may take, where the store does not answer. */
const takeBackMs = 3_000;

/**
 * Announces that this ingester feeds the store, and waits for replays. Rejects with `OtherFeeder` where another group counts the topic into the
 * same store, and with the reason of the signal, once what was announced by then is taken back: an entry that stays refuses replays.
 */
export async function announceFeeding(options: Announcing): Promise<Feeder> {
  const announcing = announce(options);
  try {
    return await unlessAborted(announcing, options.signal);
  } catch (error) {
    await inTime(
      takeBackMs,
      announcing.then((feeder) => feeder.close(true)),
    );
    throw error;
  }
}

async function announce({ store, topic, facts, group, site, signal, onEvent }: Announcing): Promise<Feeder> {
  const ofTopic = `kafka ${topic} of cluster ${facts.clusterId}, group `;
  const feeder = await announceFeeder(store, {
    feeds: ofTopic + group,
    // Kafka gives each partition to one member of a group, and to one of each other group.
    excludes: (feeds) => feeds.startsWith(ofTopic) && feeds !== ofTopic + group,
    site,
    // Files are read by replays; what one left undone is given up, and its lines are counted when they come again.
    formBatch: async () => 'gone',
    signal,
    timeoutMs: Number.POSITIVE_INFINITY,
    onFailure: (error) => onEvent({ event: 'retry', stage: 'counts', error }),
    onWait: () => onEvent({ event: 'waiting' }),
  });
  const givenUp = feeder.recovered.filter(({ outcome }) => outcome === 'void').length;
  if (givenUp > 0) onEvent({ event: 'given_up', batches: givenUp });
  return feeder;
}
