import type { CountedBatch, FileSetup } from '../../shared/count/counted-batch.ts';
import { countryIndex } from '../../shared/geo/countries.ts';
import type { CountryOf } from '../../shared/geo/country-of.ts';
import { type CountsRow, readRows } from '../../shared/store/counts-row.ts';
import { Counting, type LinesMessage } from '../../shared/workers/counting.ts';

/** 2026-06-15, which the tests call today. */
export const today = Date.UTC(2026, 5, 15) / 86_400_000;

/** How the tests' lines are read, where they do not say otherwise. */
export const combinedPypi: FileSetup = {
  format: 'combined',
  enveloped: false,
  fileName: 'access.log',
  registries: [{ name: 'pypi', layout: 'pypi', rules: 'default' }],
  countryFrom: 'database',
};

/** A country for each documentation network, for tests that look at countries. */
const countryOf: CountryOf = (bytes, start, end) => {
  const address = Buffer.from(bytes.subarray(start, end)).toString();
  return address.startsWith('192.0.2.')
    ? countryIndex('DE')
    : address.startsWith('198.51.100.')
      ? countryIndex('FR')
      : 0;
};

/** Counts a whole text, or its lines cut into messages at `cuts`, as one stretch. */
export function countText(
  text: string | Buffer,
  setup: Partial<FileSetup> = {},
  cuts: readonly number[] = [],
): CountedBatch {
  const counting = new Counting(countryOf);
  counting.begin({ file: 0, setup: { ...combinedPypi, ...setup }, today, covered: [] });
  const bytes = Buffer.from(text);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    counting.count(linesMessage(bytes.subarray(from, to), from));
    from = to;
  }
  return counting.cut();
}

/** Lines as a counter is told of them. */
export function linesMessage(
  bytes: Buffer,
  from: number,
  kind: LinesMessage['kind'] = 'lines',
): LinesMessage {
  return { kind, bytes, length: bytes.length, from };
}

/** The rows of a batch, in order. */
export function rowsOf(batch: CountedBatch): CountsRow[] {
  return batch.months.flatMap(({ rows }) => [...readRows(rows)]);
}

/** Lines by outcome of a batch's first stretch. */
export function outcomesOf(batch: CountedBatch): Readonly<Record<string, number>> {
  return batch.totals[0].lines;
}

/** A combined line; all of it made up. */
export function line({
  address = '192.0.2.7',
  time = '15/Jun/2026:10:05:03 +0000',
  request = 'GET /packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1',
  status = 200,
  agent = 'pip/24.0 {"installer":{"name":"pip","version":"24.0"},"python":"3.12.1","system":{"name":"Linux"}}',
}: {
  address?: string;
  time?: string;
  request?: string;
  status?: number;
  agent?: string;
} = {}): string {
  return `${address} - - [${time}] "${request}" ${status} 100 "-" "${agent.replaceAll('"', '\\"')}"\n`;
}
