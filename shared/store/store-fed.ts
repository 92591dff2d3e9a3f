import type { Feeding } from './announce.ts';

/** A store that an ingester feeds takes lines through Kafka only: there a source's partition puts who counts it in line. */
export class StoreFed extends Error {
  override readonly name = 'StoreFed';

  /** `feeders` are the open entries, at least one. */
  constructor(feeders: readonly Feeding[]) {
    super(wordsFor(feeders));
  }
}

function wordsFor(feeders: readonly Feeding[]): string {
  const alive = feeders.find(({ isDead }) => !isDead);
  if (alive !== undefined) {
    return (
      `An ingester feeds this store (${describe(alive)}). ` +
      'Give the logs to it with `tallymark replay --via kafka`, or stop it.'
    );
  }
  return (
    `An ingester died and left what it had begun (${describe(feeders[0]!)}). ` +
    'Start `tallymark ingest` again: it finishes that and closes the entry.'
  );
}

function describe({ feeds, site, since }: Feeding): string {
  const from = site === '' ? '' : ` at ${site}`;
  return `${feeds}${from}, since ${new Date(since).toISOString().slice(0, 19)}Z`;
}
