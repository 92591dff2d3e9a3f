import { Begun } from '../../../services/ingester/begun.ts';
import type { PartitionOptions } from '../../../services/ingester/partition-ingest.ts';
import type { AssignedPartition } from '../../../shared/kafka/assigned-partition.ts';
import type { Store } from '../../../shared/store/store.ts';
import { brokenRules as brokenStores } from '../simulation/broken-rules.ts';
import type { Breakage } from './simulate.ts';

/**
 * Each takes one rule of the protocol out, by breaking what an ingester sees of Kafka or of the store, or how lines are shipped; the shipped
 * code knows nothing of it. The simulation has to find what each rule is for.
 */
export const brokenRules: Readonly<Record<string, Breakage>> = {
  'no intent is recorded': withKafka((kafka) => ({
    commit: async (offset, metadata) => {
      if (readNote(metadata).i === undefined) await kafka.commit(offset, metadata);
    },
  })),

  'the commit after the parts comes before them': withKafka((kafka) => ({
    commit: async (offset, metadata) => {
      await kafka.commit(offset, metadata);
      const { i, ...note } = readNote(metadata);
      if (i !== undefined) await kafka.commit(i.to, JSON.stringify(note));
    },
  })),

  'a pending batch is not taken up when a partition is joined': withNote((note) => ({
    ...note,
    i: undefined,
  })),

  'a pending batch is formed over all messages that are there': withKafka((kafka) => ({
    committed: async () => {
      const found = await kafka.committed();
      const note = readNote(found?.metadata ?? '{}');
      if (found === undefined || note.i === undefined) return found;
      const { high } = await kafka.watermarks();
      return { ...found, metadata: JSON.stringify({ ...note, i: { ...note.i, to: high } }) };
    },
  })),

  'what was counted of a burnt batch is not noted': withNote((note) => ({ ...note, p: undefined })),

  'markers are not looked at when a partition is joined': {
    ...withNote((note) => ({ ...note, c: 0 })),
    store: (store) => ({ ...store, counts: { ...store.counts, lastBatches: async () => undefined } }),
  },

  'a topic that was made again is taken for the same': {
    store: (store) => ({
      ...store,
      counts: {
        ...store.counts,
        markers: async (batches) =>
          (await store.counts.markers(batches)).map((row) => ({
            ...row,
            linesBy: Object.fromEntries(
              Object.entries(row.linesBy).filter(([key]) => !key.startsWith('last/')),
            ),
          })),
      },
    }),
  },

  'what somebody else committed is believed': withKafka((kafka) => ({
    committed: async () => {
      const found = await kafka.committed();
      return found?.metadata === '' ? { ...found, metadata: '{"v":1,"c":0,"g":0}' } : found;
    },
  })),

  'nobody is told of a gap': withOptions((options) => ({
    observer: { ...options.observer, gap: async () => undefined },
  })),

  'who was taken for dead goes on beside replays': withOptions(() => ({ isFeeding: async () => true })),

  'what ingesters have closed that were closed before is closed': {
    store: (store) => ({
      ...store,
      ledger: {
        ...store.ledger,
        openTurns: async () => {
          const { now, turns } = await store.ledger.openTurns();
          if (!store.liveness.holder.startsWith('replay')) return { now, turns };
          const isClosed = await Promise.all(turns.map(({ turn }) => store.ledger.isClosed(turn)));
          return { now, turns: turns.filter((_, index) => !isClosed[index]) };
        },
      },
    }),
  },
  'nobody looks whether others have come since the dead ones were closed': {
    member: { takesItselfForAlone: true },
  },

  'who leaves does not mind what others have not finished yet': withOptions(() => ({ begun: new Begun() })),

  'the group is joined anew without a fence': { member: { noFence: true } },
  'what is committed is asked before the group is joined': { member: { asksBeforeJoining: true } },
  'default offsets are committed where one is gone': { member: { defaultOffsets: true } },
  'a source is in two partitions': { shipping: { anyPartition: true } },
  'positions are those of messages': { shipping: { noHeaders: true } },

  'a source that was counted by a longer beginning is another one': {
    store: (store) => ({
      ...store,
      counts: {
        ...store.counts,
        coverage: async (firsts) =>
          (await store.counts.coverage(firsts)).map((row) => ({
            ...row,
            linesBy: { lines: row.linesBy.lines ?? 0 },
          })),
      },
    }),
  },

  ...fromStores(
    'inserts have no token',
    'what is acknowledged is believed',
    'the marker is read back only after an ambiguous answer',
    'coverage is not looked up',
    'a month stands for all months of its batch',
    'recovery does not look for markers first',
    'a batch whose files are gone is dropped and not burnt',
    'a grown source is another one',
  ),
};

/** Rules of the store that are the same for who feeds it. */
function fromStores(...names: readonly string[]): Record<string, Breakage> {
  return Object.fromEntries(
    names.map((name) => [name, { store: brokenStores[name] as (store: Store) => Store }]),
  );
}

function withOptions(changed: (options: PartitionOptions) => Partial<PartitionOptions>): Breakage {
  return { member: { options: (options) => ({ ...options, ...changed(options) }) } };
}

function withKafka(changed: (kafka: AssignedPartition) => Partial<AssignedPartition>): Breakage {
  return withOptions(({ kafka }) => ({ kafka: { ...plain(kafka), ...changed(kafka) } }));
}

/** Changes what is read beside a committed offset. */
function withNote(changed: (note: Note) => Note): Breakage {
  return withKafka((kafka) => ({
    committed: async () => {
      const found = await kafka.committed();
      if (!found?.metadata) return found;
      return { ...found, metadata: JSON.stringify(changed(readNote(found.metadata))) };
    },
  }));
}

function plain(kafka: AssignedPartition): AssignedPartition {
  return {
    partition: kafka.partition,
    signal: kafka.signal,
    committed: () => kafka.committed(),
    commit: (offset, metadata) => kafka.commit(offset, metadata),
    watermarks: () => kafka.watermarks(),
    readFrom: (offset) => kafka.readFrom(offset),
    pause: () => kafka.pause(),
    resume: () => kafka.resume(),
  };
}

/** As `offset-note.ts` writes it. */
interface Note {
  readonly c?: number;
  readonly i?: { readonly to: number } | undefined;
  readonly p?: unknown;
}

function readNote(metadata: string): Note {
  return JSON.parse(metadata) as Note;
}
