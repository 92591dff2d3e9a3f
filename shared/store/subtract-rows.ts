import { dimensionColumns, sumColumns } from './counts-columns.ts';
import type { Amounts, CountsRow } from './counts-row.ts';

/** The person's side among `dimensionColumns`: what is blurred before it is published, and cleared afterwards. */
export const personColumns = ['country', 'installer', 'runtime', 'system', 'ci'] as const;

const mapColumns = [...dimensionColumns, 'lines_by', 'downloads_by'] as const;

/** `a − b`, sum by sum and key by key, without keys that do not differ; named as `a`. */
export function subtract(a: CountsRow, b: CountsRow): CountsRow {
  const difference: Record<string, unknown> = { ...a };
  for (const column of sumColumns) difference[column] = a[column] - b[column];
  for (const column of mapColumns) difference[column] = subtractAmounts(a[column], b[column]);
  return difference as unknown as CountsRow;
}

/** Whether a row adds nothing. */
export function isNothing(row: CountsRow): boolean {
  return (
    sumColumns.every((column) => row[column] === 0) &&
    mapColumns.every((map) => Object.keys(row[map]).length === 0)
  );
}

function subtractAmounts(a: Amounts, b: Amounts): Amounts {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  const amounts = [...keys].map((key): [string, number] => [key, amountOf(a, key) - amountOf(b, key)]);
  return Object.fromEntries(amounts.filter(([, amount]) => amount !== 0));
}

/** A key may be called `constructor`. */
function amountOf(amounts: Amounts, key: string): number {
  return Object.hasOwn(amounts, key) ? (amounts[key] as number) : 0;
}
