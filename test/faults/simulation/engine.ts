import { monthOf } from '../../../shared/days.ts';
import { dimensionColumns, sumColumns } from '../../../shared/store/counts-columns.ts';
import type { CountsRow } from '../../../shared/store/counts-row.ts';
import { readRows } from '../../../shared/store/counts-row.ts';
import type { Intent, LedgerEvent, OpenTurn } from '../../../shared/store/ledger.ts';
import type { OwnRow } from '../../../shared/store/own-row.ts';

/**
 * What a ClickHouse server or an owner of an embedded store does with statements, one at a time: plain MergeTree with a window of
 * tokens that are remembered before the part is there.
 */
export class Engine {
  /** How far its clock has been set, in ms. */
  clockOffset = 0;
  readonly #tokens = new Set<string>();
  readonly #rows: CountsRow[] = [];
  readonly #own = new Map<string, OwnRow[]>();
  readonly #turns = new Map<string, KnownTurn>();
  readonly #batches = new Map<string, { intent: Intent | undefined; settled: boolean }>();

  /** Gives what became of it. `killed`: the engine dies between remembering the token and having the part. */
  insert(token: string, bytes: Uint8Array, killed: boolean): 'inserted' | 'deduplicated' | 'killed' {
    if (this.#tokens.has(token)) return 'deduplicated';
    this.#tokens.add(token);
    if (killed) return 'killed';
    const rows = [...readRows(bytes)];
    const months = new Set(rows.map(({ day }) => monthOf(day)));
    if (months.size !== 1) throw new Error(`a part of ${months.size} months`);
    for (const row of rows) {
      this.#rows.push(row);
      if (row.registry === '') this.#keepOwn(row);
    }
    return 'inserted';
  }

  /** The window has moved on: these tokens are not remembered any more. */
  forget(mayForget: (token: string) => boolean): void {
    for (const token of [...this.#tokens]) if (mayForget(token)) this.#tokens.delete(token);
  }

  append(event: LedgerEvent, now: number): void {
    switch (event.event) {
      case 'announced': {
        const known = this.#turn(event.announcement.turn);
        known.turn ??= { ...event.announcement, since: now + this.clockOffset, renewedAt: 0 };
        known.renewedAt = Math.max(known.renewedAt, now + this.clockOffset);
        return;
      }
      case 'renewed': {
        const known = this.#turn(event.turn);
        known.renewedAt = Math.max(known.renewedAt, now + this.clockOffset);
        return;
      }
      case 'closed':
        this.#turn(event.turn).closings.push({ by: event.by, at: now + this.clockOffset });
        return;
      case 'intended':
        this.#batch(event.intent.batch).intent = event.intent;
        return;
      case 'settled':
        this.#batch(event.batch).settled = true;
    }
  }

  openTurns(now: number): { now: number; turns: OpenTurn[] } {
    const open = [...this.#turns.values()].filter((known) => known.turn && this.#isOpen(known));
    const turns = open.map(({ turn, renewedAt }) => ({ ...(turn as OpenTurn), renewedAt }));
    return { now: now + this.clockOffset, turns };
  }

  isClosed(turn: string): boolean {
    return (this.#turns.get(turn)?.closings.length ?? 0) > 0;
  }

  pending(): Intent[] {
    return [...this.#batches.values()].flatMap(({ intent, settled }) => (intent && !settled ? [intent] : []));
  }

  markers(projects: readonly string[]): OwnRow[] {
    return projects.flatMap((project) => this.#own.get(project) ?? []);
  }

  /** Name of the last batch that begins with a prefix. */
  lastBatch(prefix: string): { name: string } | undefined {
    const names = this.ownRows(`batch/${prefix}`).map(({ project }) => project.slice('batch/'.length));
    const name = names.sort().at(-1);
    return name === undefined ? undefined : { name };
  }

  coverage(firsts: readonly string[]): OwnRow[] {
    const wanted = new Set(firsts);
    return this.ownRows('source/').filter(({ project }) => wanted.has(project.split('/')[1] as string));
  }

  ownRows(prefix: string): OwnRow[] {
    const found: OwnRow[] = [];
    for (const [project, rows] of this.#own) if (project.startsWith(prefix)) found.push(...rows);
    return found;
  }

  /** All rows of a day, or of all days, summed by registry, project and day. */
  sums(day?: number): CountsRow[] {
    const sums = new Map<string, CountsRow>();
    for (const row of this.#rows) {
      if (day !== undefined && row.day !== day) continue;
      const name = `${row.registry}/${row.project}/${row.day}`;
      const sum = sums.get(name);
      sums.set(name, sum ? add(sum, row) : row);
    }
    return [...sums.values()];
  }

  #turn(turn: string) {
    const known = this.#turns.get(turn) ?? { turn: undefined, renewedAt: 0, closings: [] };
    this.#turns.set(turn, known);
    return known;
  }

  /** As `openEntries` of the ledger has it. */
  #isOpen({ turn, closings }: KnownTurn): boolean {
    if (turn?.feeds === undefined) return closings.length === 0;
    return closings.every(({ by, at }) => {
      if (by === turn.turn) return false;
      const { closings: ofCloser = [] } = this.#turns.get(by) ?? {};
      return Math.min(...ofCloser.map((closing) => closing.at)) <= at;
    });
  }

  #batch(batch: string) {
    const known = this.#batches.get(batch) ?? { intent: undefined, settled: false };
    this.#batches.set(batch, known);
    return known;
  }

  #keepOwn({ project, day, downloads, lines_by, downloads_by }: CountsRow): void {
    const row = { project, day, downloads, linesBy: lines_by, downloadsBy: downloads_by };
    const known = this.#own.get(project);
    if (known) known.push(row);
    else this.#own.set(project, [row]);
  }
}

interface KnownTurn {
  turn: OpenTurn | undefined;
  renewedAt: number;
  readonly closings: { readonly by: string; readonly at: number }[];
}

function add(a: CountsRow, b: CountsRow): CountsRow {
  const sum: Record<string, unknown> = { ...a };
  for (const column of sumColumns) sum[column] = a[column] + b[column];
  for (const map of [...dimensionColumns, 'lines_by', 'downloads_by'] as const) {
    const keys = new Set([...Object.keys(a[map]), ...Object.keys(b[map])]);
    const entries = [...keys].map((key): [string, number] => [key, (a[map][key] ?? 0) + (b[map][key] ?? 0)]);
    sum[map] = Object.fromEntries(entries.filter(([, amount]) => amount !== 0));
  }
  return sum as unknown as CountsRow;
}
