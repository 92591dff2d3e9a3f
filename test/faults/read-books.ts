import { connectStore, type EmbeddedStore, type ServerStore } from '../../shared/clickhouse/connect-store.ts';
import type { Database } from '../../shared/clickhouse/database.ts';
import { type AuditCheck, auditBooks } from '../../shared/store/audit-books.ts';
import { readExact } from '../../shared/store/read-exact.ts';
import { readStoreFacts } from '../../shared/store/store-facts.ts';
import type { MadeLogs } from './make-logs.ts';

/** What a store has counted. */
export interface Books {
  /** Downloads by project. */
  readonly downloads: ReadonlyMap<string, number>;
  /** Lines, whatever became of them. */
  readonly lines: number;
  /** Batches that are intended and not settled. */
  readonly pending: number;
  /** What `tallymark audit` finds wrong. */
  readonly wrong: readonly AuditCheck[];
}

/** Reads a store's books, and audits them. */
export async function readBooks(store: EmbeddedStore | ServerStore): Promise<Books> {
  await using database = await connectStore(store);
  const { rows } = await readExact(database, { registry: 'pypi', by: 'project' });
  const { checks } = await auditBooks(database);
  return {
    downloads: new Map(rows.map(({ key, downloads }) => [key, downloads])),
    lines: await sumLines(database),
    pending: (await readStoreFacts(database)).pending.length,
    wrong: checks.filter(({ ok }) => !ok),
  };
}

/** How many lines a store has counted, whatever became of them: asked in a fraction of what reading the books takes. */
export async function readLines(store: EmbeddedStore | ServerStore): Promise<number> {
  await using database = await connectStore(store);
  return await sumLines(database);
}

async function sumLines(database: Database): Promise<number> {
  const [sum] = await database.query<{ lines: number }>(
    "SELECT sum(arraySum(mapValues(lines_by))) AS lines FROM counts WHERE registry = '' AND project = ''",
  );
  return sum!.lines;
}

/** What is wrong in the books of a store that was given these logs, and no others, to their end; nothing where each line is counted once. */
export function findMistakes(books: Books, logs: readonly MadeLogs[]): string[] {
  const expected = new Map<string, number>();
  for (const { downloads } of logs) {
    for (const [project, count] of downloads) expected.set(project, (expected.get(project) ?? 0) + count);
  }
  const lines = logs.reduce((total, made) => total + made.lines, 0);
  const mistakes = books.wrong.map(({ name, examples }) => `${name}: ${examples.join(', ')}`);
  if (books.lines !== lines) mistakes.push(`${books.lines} lines in the books instead of ${lines}`);
  if (books.pending > 0) mistakes.push(`${books.pending} batches are not settled`);
  for (const project of new Set([...expected.keys(), ...books.downloads.keys()])) {
    const [found, wanted] = [books.downloads.get(project) ?? 0, expected.get(project) ?? 0];
    if (found !== wanted) mistakes.push(`${project}: ${found} instead of ${wanted}`);
  }
  return mistakes.slice(0, 20);
}
