import type { Database } from '../../shared/clickhouse/database.ts';
import { noteSites } from '../../shared/store/feeding.ts';
import type { CountedFacts } from './ingest-observer.ts';

/** Tells the store which site's lines were counted when, for `doctor`. Nothing waits for it, and nothing fails by it. */
export class SiteNotes {
  readonly #database: Database;
  readonly #writing = new Set<Promise<void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** A batch is in the store. */
  add({ name, sites }: CountedFacts): void {
    const rows = [...sites].map(([site, { lines, atMs }]) => ({ site, lines, atMs }));
    const note = noteSites(this.#database, rows, name).catch(() => undefined);
    this.#writing.add(note);
    void note.then(() => this.#writing.delete(note));
  }

  /** All that was added is written, or is not going to be. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }
}
