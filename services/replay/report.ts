import type { ByOutcome, Outcome } from '../../shared/count/outcome.ts';
import { isoDay } from '../../shared/days.ts';
import { defaultRulesName } from '../../shared/rules/rule-sets.ts';
import type { FoundFile } from '../../shared/source/find-files.ts';
import type { CutBatch } from '../../shared/workers/lane.ts';
import type { ReplayErrorCode, ReplayedFile, ReplayOptions, ReplaySummary } from './replay-options.ts';

/** What is known of one file while it is replayed. */
interface FileReport {
  readonly path: string;
  format: string | null;
  layout: string | null;
  readonly sums: Partial<Record<Outcome, number>>;
  /** Bytes of a last line that has no end and was left. */
  unterminated?: number;
  error?: { readonly code: ReplayErrorCode; readonly message: string };
}

/** Collects what becomes of each file, and turns it into the summary. */
export class Report {
  readonly #files: FileReport[];
  readonly #days = new Set<number>();
  /** How lines that were counted before were counted: `rules/…`, `layout/…`. */
  readonly countedBefore = new Set<string>();

  constructor(files: readonly FoundFile[]) {
    this.#files = files.map(({ path }) => ({ path, format: null, layout: null, sums: {} }));
  }

  /** How a file is read. */
  describe(file: number, setup: { format: string; registries: readonly { layout: string }[] }): void {
    const layouts = [...new Set(setup.registries.map(({ layout }) => layout))];
    this.#files[file].format = setup.format;
    this.#files[file].layout = layouts.length > 0 ? layouts.join(',') : null;
  }

  /** A file that was not read to its end; the first reason stays. */
  fail(file: number, code: ReplayErrorCode, message: string): void {
    this.#files[file].error ??= { code, message };
  }

  /** A path that led to no file. */
  failPath(path: string, code: ReplayErrorCode, message: string): void {
    this.#files.push({ path, format: null, layout: null, sums: {}, error: { code, message } });
  }

  /** Lines that an earlier replay counted, how it did, and that were not read again. */
  addSkipped(file: number, lines: number, how: readonly string[]): void {
    if (lines > 0) this.#add(file, { already_counted: lines });
    for (const word of how) this.countedBefore.add(word);
  }

  /** A batch that is in the store. */
  addBatch({ counted, files, unterminated }: CutBatch): void {
    for (const { file, bytes } of unterminated) this.#files[file].unterminated = bytes;
    counted.totals.forEach(({ lines }, stretch) => {
      this.#add(files[stretch], lines);
    });
    for (const { days } of counted.months) {
      for (const { day, lines } of days) if ((lines.counted ?? 0) > 0) this.#days.add(day);
    }
  }

  /** Files that were read and in which no layout knows an artifact. */
  withoutLayout(): string[] {
    const files = this.#files.filter(
      ({ layout, format, sums }) => layout === null && format !== null && (sums.unknown_layout ?? 0) > 0,
    );
    return files.map(({ path }) => path);
  }

  summary(
    { registries, rules }: Pick<ReplayOptions, 'registries' | 'rules'>,
    seconds: number,
  ): ReplaySummary {
    const totals: Partial<Record<Outcome, number>> = {};
    for (const { sums } of this.#files) addTo(totals, sums);
    const { lines, ...outcomes } = booksOf(totals);
    const several = registries?.map((registry) => `${registry.name}=${registry.rules}`).join(',');
    return {
      files: this.#files.map(
        ({ path, format, layout, sums, unterminated, error }): ReplayedFile => ({
          path,
          format,
          layout,
          ...booksOf(sums),
          ...(unterminated !== undefined && { unterminated }),
          ...(error && { error }),
        }),
      ),
      lines,
      ...outcomes,
      days: [...this.#days].sort((a, b) => a - b).map(isoDay),
      rules: several || (rules ?? defaultRulesName),
      seconds: Math.round(seconds * 1000) / 1000,
      lines_per_second: Math.round(lines / Math.max(seconds, 0.001)),
    };
  }

  #add(file: number, lines: ByOutcome): void {
    addTo(this.#files[file].sums, lines);
  }
}

function addTo(sums: Partial<Record<Outcome, number>>, more: ByOutcome): void {
  for (const [outcome, lines] of Object.entries(more)) {
    sums[outcome as Outcome] = (sums[outcome as Outcome] ?? 0) + lines;
  }
}

/** lines = counted + already_counted + Σ dropped */
function booksOf(sums: ByOutcome): Pick<ReplayedFile, 'lines' | 'counted' | 'already_counted' | 'dropped'> {
  const { counted = 0, already_counted = 0, ...dropped } = sums;
  const lines = counted + already_counted + Object.values(dropped).reduce((total, count) => total + count, 0);
  return { lines, counted, already_counted, dropped };
}
