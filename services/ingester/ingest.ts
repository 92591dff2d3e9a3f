import { inTime, unlessAborted } from '../../shared/in-time.ts';
import type { KafkaAddress } from '../../shared/kafka/connect-kafka.ts';
import { asKafkaError, isForOperator, KafkaError } from '../../shared/kafka/kafka-error.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import type { Feeder } from '../../shared/store/feed.ts';
import { OtherFeeder } from '../../shared/store/other-feeder.ts';
import { counterHere } from '../../shared/workers/counter.ts';
import { startCountingThread } from '../../shared/workers/counter-thread.ts';
import { announceFeeding } from './announce-feeding.ts';
import { Begun } from './begun.ts';
import { fetchCommitted, fetchHighs } from './caught-up.ts';
import type { IngestOptions, IngestSummary } from './ingest-options.ts';
import { requirePartitions } from './require-partitions.ts';
import { type Counters, Session } from './session.ts';
import { LayoutUndecided } from './setup-choice.ts';
import { Summary } from './summary.ts';

const blocksPerCounter = 8;
const blocksBeside = 8;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** An entry that is not closed by then is taken for a dead one's. */
const closeMs = 3_000;
/** How long it is looked whether others have finished what was begun and lost to them. */
const passMs = 3_000;
const unclean =
  'The ingester did not end in good order: it may have begun something that the next one finishes. Start it again, or replays are refused.';

/**
 * Counts the lines of a topic into a store, each exactly once, together with whoever else is in the group, until it is told to stop or, with
 * `once`, is caught up. Outages of Kafka and of the store are waited for. Throws what only the operator can put right; of Kafka with `once`
 * alone, as whoever is to count for long goes on by itself when it is put right.
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const { admin, topic, signal } = options;
  const summary = new Summary(topic);
  const targets = options.once ? await unlessAborted(fetchHighs(admin, topic), signal) : undefined;
  let feeder: Feeder | undefined;
  const begun = new Begun();
  let isClean = false;
  try {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        // One entry for all sessions: only who was taken for dead makes another.
        // The store may not answer, and what is asked changes nothing that is counted.
        const isOpen = await unlessAborted(feeder?.isOpen(signal) ?? Promise.resolve(false), signal);
        if (!isOpen || !feeder) feeder = await announceFeeding(options);
        // Anew with each: a thread that has failed stays so.
        await using counters = openCounters(options);
        await unlessAborted(requirePartitions(options), signal);
        const session = new Session({ options, summary, counters, targets, feeder, begun });
        await session.run();
        break;
      } catch (error) {
        if (error instanceof LayoutUndecided || (options.once && error instanceof OtherFeeder)) throw error;
        if (signal.aborted) break;
        const trouble = options.once ? kafkaTrouble(error, options.kafka) : undefined;
        if (trouble && isForOperator(trouble)) throw trouble;
        if (summary.movedOn()) pauseMs = firstPauseMs;
        options.onEvent({ event: 'again', error, pauseMs });
        await options.store.clock.sleep(pauseMs, signal).catch(() => undefined);
      }
    }
  } finally {
    if (feeder) {
      const isDone = !feeder.owes && (await isPassed(begun, options));
      const closing = feeder.close(isDone).then((isClosed) => {
        isClean = isClosed;
      });
      await inTime(closeMs, closing);
    }
  }
  if (!isClean && feeder) {
    summary.refuse(unclean);
    options.onEvent({ event: 'refused', message: unclean });
  }
  return summary.end();
}

/** What Kafka has said, or kafkajs of it; undefined of any other error. */
function kafkaTrouble(error: unknown, kafka: KafkaAddress): KafkaError | undefined {
  const isKafkas =
    error instanceof KafkaError || (error instanceof Error && error.name.startsWith('KafkaJS'));
  return isKafkas ? asKafkaError(error, kafka) : undefined;
}

/** False also where the brokers do not answer soon. */
async function isPassed(begun: Begun, options: IngestOptions): Promise<boolean> {
  let isPassed = false;
  const asking = begun.isPassed(options.store.clock, () => fetchCommitted(options));
  const told = asking.then(
    (answer) => {
      isPassed = answer;
    },
    (error: unknown) => options.onEvent({ event: 'retry', stage: 'offsets', error }),
  );
  await inTime(passMs, told);
  return isPassed;
}

/** One thread a worker, each counting for all partitions. */
function openCounters({ workers, countries }: IngestOptions): Counters {
  const { bytes, digest, countryOf } = countries.current();
  const threads = Array.from({ length: workers }, () => startCountingThread({ countryDatabase: bytes }));
  return {
    geo: digest,
    pool: createBlockPool({ count: Math.max(workers, 1) * blocksPerCounter + blocksBeside }),
    open: () => (threads.length === 0 ? [counterHere(countryOf)] : threads.map((thread) => thread.counter())),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}
