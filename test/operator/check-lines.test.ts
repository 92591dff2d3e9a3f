import { expect, test } from 'vitest';
import { checkSites } from '../../services/operator/check-lines.ts';

const now = Date.UTC(2026, 10, 27, 12);
const fra1 = { site: 'fra1', atMs: Date.UTC(2026, 10, 27, 3, 52), lines: 7 };
const nyc2 = { site: 'nyc2', atMs: now - 60_000, lines: 10 };

test('a site is silent by what is counted of it, so the counting is to be looked at before the site', () => {
  const [{ state, detail, advice }] = checkSites([fra1, nyc2], now);
  expect(state).toBe('warning');
  expect(detail).toBe('by what is counted: fra1 silent since 2026-11-27 03:52 UTC; nyc2 1 min 00 s ago');
  expect(advice).toMatch(/^see first whether the group counts.*, then whether `tallymark ship` runs there/);
});

test('sites whose lines are counted are well', () => {
  const detail = 'by what is counted: nyc2 1 min 00 s ago';
  expect(checkSites([nyc2], now)).toEqual([{ name: 'sites', state: 'good', detail }]);
  expect(checkSites([], now)).toEqual([]);
});
