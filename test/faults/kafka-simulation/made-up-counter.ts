import type { CountedBatch, CountedMonth } from '../../../shared/count/counted-batch.ts';
import { monthOf } from '../../../shared/days.ts';
import type { Block } from '../../../shared/source/block.ts';
import { CountsBlock } from '../../../shared/store/counts-block.ts';
import { type CountsRow, emptyRow, writeRow } from '../../../shared/store/counts-row.ts';
import { isCoveredBy } from '../../../shared/store/coverage.ts';
import type { Counter } from '../../../shared/workers/counter.ts';
import type { Fill, LinesMessage, StretchStart } from '../../../shared/workers/counting.ts';
import { cutsOff, lineBytes } from './logs.ts';

interface ReadLine {
  readonly stretch: number;
  readonly project: string;
  readonly day: number;
  readonly isFuture: boolean;
}

/** Counts the made-up lines as the counting threads do real ones: each into the month of its day, unless it is covered there. */
export class MadeUpCounter implements Counter {
  readonly #wait: () => Promise<void>;
  #lines: ReadLine[] = [];
  #already: number[] = [];
  #stretch = 0;
  #today = 0;
  #isCovered: (day: number, position: number) => boolean = () => false;
  #last: Promise<unknown> = Promise.resolve();

  /** `wait` takes the time that another thread takes. */
  constructor(wait: () => Promise<void>) {
    this.#wait = wait;
  }

  begin({ today, covered, resumes }: StretchStart): void {
    this.#stretch = resumes ?? this.#already.push(0) - 1;
    this.#today = today;
    this.#isCovered = covered.length > 0 ? isCoveredBy(covered) : () => false;
  }

  count(block: Block, kind: LinesMessage['kind']): Promise<Fill> {
    let taken = true;
    const text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.length).toString('latin1');
    if (kind === 'lines') this.#countLines(text, block.from);
    else if (kind === 'unterminated') {
      taken = text.endsWith(']');
      if (taken) this.#countLine(text, block.from);
    }
    const lines = this.#lines.length;
    const fill = { rows: lines, bytes: lines, nameBytes: 0, lines, taken };
    return this.#later(() => {
      block.release();
      return fill;
    });
  }

  end(): void {}

  cut(): Promise<CountedBatch> {
    const batch = countedBatch(this.#lines, this.#already);
    this.#lines = [];
    this.#already = [];
    return this.#later(() => batch);
  }

  useCountries(): void {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #countLines(text: string, from: number): void {
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      // What follows a last line that was counted without its line end begins with that.
      if (end > start) this.#countLine(text.slice(start, end), from + start);
      start = end + 1;
    }
  }

  #countLine(line: string, position: number): void {
    // Half a line is never to be counted, and its name is one that nobody has sent.
    const isWhole = [lineBytes - 1, lineBytes - cutsOff.lastField].includes(line.length);
    const [project, text] = isWhole ? (line.split(' ', 2) as [string, string]) : ['half a line', '0'];
    const day = Number(text);
    if (this.#isCovered(day, position)) this.#already[this.#stretch]!++;
    else this.#lines.push({ stretch: this.#stretch, project, day, isFuture: day > this.#today + 1 });
  }

  /** In the order of the calls. */
  #later<T>(give: () => T): Promise<T> {
    const given = Promise.all([this.#last, this.#wait()]).then(give);
    this.#last = given;
    return given;
  }
}

/** What becomes of lines: a month a part. */
function countedBatch(lines: readonly ReadLine[], already: readonly number[]): CountedBatch {
  const months = new Map<number, ReadLine[]>();
  const totals = already.map((already_counted) => ({
    lines: { already_counted, counted: 0 },
    downloads: {},
  }));
  for (const line of lines) {
    const month = monthOf(line.day);
    const known = months.get(month);
    if (known) known.push(line);
    else months.set(month, [line]);
    totals[line.stretch]!.lines.counted++;
  }
  const sorted = [...months].sort(([a], [b]) => a - b);
  return { months: sorted.map(([month, some]) => countedMonth(month, some)), totals };
}

/** Empty between months; its buffers are worth keeping. */
const block = new CountsBlock();

function countedMonth(month: number, lines: readonly ReadLine[]): CountedMonth {
  const rows = rowsOf(lines);
  for (const row of rows) writeRow(block, row);
  const days = new Map<number, number>();
  const stretches = new Map<string, { stretch: number; day: number; lines: number }>();
  for (const { stretch, day } of lines) {
    days.set(day, (days.get(day) ?? 0) + 1);
    const name = `${stretch}/${day}`;
    stretches.set(name, { stretch, day, lines: (stretches.get(name)?.lines ?? 0) + 1 });
  }
  return {
    month,
    rows: block.take(),
    rowCount: rows.length,
    days: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, counted]) => ({ day, lines: { counted }, downloads: { counted } })),
    stretches: [...stretches.values()].sort((a, b) => a.stretch - b.stretch || a.day - b.day),
  };
}

/** A line in the future is told from others, so that the day that is pinned matters. */
function rowsOf(lines: readonly ReadLine[]): CountsRow[] {
  const rows = new Map<string, CountsRow>();
  for (const { project, day, isFuture } of lines) {
    const row = rows.get(`${project}/${day}`) ?? emptyRow('r', project, day);
    const kind = isFuture ? 'mirror' : 'bot';
    rows.set(`${project}/${day}`, { ...row, [kind]: row[kind] + 1 });
  }
  return [...rows.values()].sort((a, b) => (a.project < b.project ? -1 : 1));
}
