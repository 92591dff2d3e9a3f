import { expect, test } from 'vitest';
import { PartitionIngest, type PartitionOptions } from '../../services/ingester/partition-ingest.ts';
import { SetupChoice } from '../../services/ingester/setup-choice.ts';
import { markerRow } from '../../shared/store/own-row.ts';
import { batchName, batchPrefix } from '../../shared/store/partition-name.ts';

const name = { cluster: 'c', topic: 't', partition: 0 };
const keyed = () => '0'.repeat(32);
const registryOf = (layout: string) => ({ name: layout, layout, rules: 'default' });

/** Finds a batch with one of its two months in the store, and no offset; the registries by which it begins to finish it. */
async function registriesToFinishBy(how: readonly string[]) {
  const batch = batchName(batchPrefix(keyed, name), { generation: 0, from: 0, to: 9 });
  const marker = markerRow({ batch, month: 202610, months: [202610, 202611], isVoid: false, how });
  const counts = { lastBatches: async () => ({ name: batch }), markers: async () => [marker] };
  const clock = { now: () => 0, sleep: () => new Promise(() => {}) };
  const found = new AbortController();
  const reading = { format: 'auto', enveloped: true, fileName: '', countryFrom: 'database' } as const;
  const setups = new SetupChoice({ reading, registries: undefined, registryOf });
  const options = {
    name,
    store: { counts, clock, keyed },
    setups,
    counters: [],
    kafka: {
      committed: async () => undefined,
      watermarks: async () => ({ low: 0, high: 20 }),
      readFrom: () => found.abort(),
      pause: () => {},
    },
    countries: () => ({ digest: '' }),
    signal: found.signal,
  } as unknown as PartitionOptions;
  await expect(new PartitionIngest(options).run()).rejects.toThrow();
  return setups.current().registries;
}

test.each([
  { how: ['layout/crates', 'registry/crates/crates'], registries: [registryOf('crates')] },
  { how: ['layout/crates', 'layout/pypi'], registries: [] },
  { how: [], registries: [] },
])(
  'a batch that its markers alone tell of is finished as it was begun: $how',
  async ({ how, registries }) => {
    expect(await registriesToFinishBy(how)).toEqual(registries);
  },
);
