import type { Database } from '../../shared/clickhouse/database.ts';
import { describeDrop } from '../../shared/count/describe-drop.ts';
import { dropReasons } from '../../shared/count/drop-reason.ts';
import {
  type NotedGap,
  readGaps,
  readSites,
  readSourceHoles,
  type SiteLines,
} from '../../shared/store/feeding.ts';
import { type RecentQuality, readRecentQuality } from '../../shared/store/recent-quality.ts';
import { formatBytes, formatCounted, formatDuration, formatShare } from '../../shared/terminal/numbers.ts';
import type { Finding } from './check-machine.ts';

/** Of days that are counted, the newest. */
const recentDays = 30;
/** More of them and the country data is of other addresses, or those in the log are a proxy's. */
const manyUnknown = 0.2;
/** More of them and the format is not the right one. */
const manyMalformed = 0.05;
const silentMs = 3_600_000;
/** Sites and gaps that are named one by one. */
const named = 5;

/** What came in: from where and when, how well it was understood, and what is missing. Throws `StoreError`. */
export async function checkLines(database: Database): Promise<Finding[]> {
  const quality = await readRecentQuality(database, recentDays);
  if (quality.allLines === 0) return [];
  return [
    checkCountries(quality),
    checkMalformed(quality),
    ...checkSites(await readSites(database)),
    await checkGaps(database),
  ];
}

function checkCountries({ downloads, unknownCountry }: RecentQuality): Finding {
  const name = 'unknown country';
  const detail = `${formatShare(unknownCountry, downloads)} of the downloads of the newest ${recentDays} days`;
  if (unknownCountry <= downloads * manyUnknown) return { name, state: 'good', detail };
  const advice =
    'see client_address, if the logs are behind a proxy; `tallymark geo update` takes newer data';
  return { name, state: 'warning', detail, advice };
}

/** Lines whose day cannot be told are of all time; the others of the newest days. */
function checkMalformed({ lines, undated, allLines }: RecentQuality): Finding {
  const name = 'malformed';
  const recent = Object.values(lines).reduce((sum, count) => sum + count, 0);
  const found = dropReasons
    .filter((reason) => describeDrop(reason).kind === 'malformed')
    .flatMap((reason) => [
      { reason, share: (lines[reason] ?? 0) / Math.max(recent, 1) },
      { reason, share: (undated[reason] ?? 0) / allLines },
    ])
    .filter(({ share }) => share > 0);
  const share = found.reduce((sum, one) => sum + one.share, 0);
  const reasons = found.map((one) => `${one.reason} ${formatShare(one.share, 1)}`).join(', ');
  const detail = `${formatShare(share, 1)} of the lines${reasons === '' ? '' : `: ${reasons}`}`;
  if (share <= manyMalformed) return { name, state: 'good', detail };
  return {
    name,
    state: 'warning',
    detail,
    advice: '`tallymark formats test FILE` shows what is read of a log',
  };
}

/** None where no line had a site. Of lines that wait to be counted it is not known whose they are. */
export function checkSites(sites: readonly SiteLines[], now = Date.now()): Finding[] {
  if (sites.length === 0) return [];
  const silent = sites.filter(({ atMs }) => now - atMs > silentMs).sort((a, b) => a.atMs - b.atMs);
  const heard = sites.filter(({ atMs }) => now - atMs <= silentMs).sort((a, b) => b.atMs - a.atMs);
  const told = [
    ...silent.slice(0, named).map(({ site, atMs }) => `${site} silent since ${isoMinute(atMs)}`),
    ...(silent.length > named ? [`${silent.length - named} more silent`] : []),
    ...heard
      .slice(0, named)
      .map(({ site, atMs }) => `${site} ${formatDuration(Math.max(0, now - atMs) / 1000)} ago`),
    ...(heard.length > named ? [`${heard.length - named} more`] : []),
  ];
  const finding = { name: 'sites', detail: `by what is counted: ${told.join('; ')}` };
  if (silent.length === 0) return [{ ...finding, state: 'good' }];
  const advice =
    'see first whether the group counts (its lag, above where brokers are given), then whether `tallymark ship` runs there and has lines';
  return [{ ...finding, state: 'warning', advice }];
}

async function checkGaps(database: Database): Promise<Finding> {
  const name = 'gaps';
  const gaps = await readGaps(database);
  const { sources, bytes } = await readSourceHoles(database);
  const told = [
    ...gaps.slice(-named).map(describeGap),
    ...(gaps.length > named ? [`${gaps.length - named} more`] : []),
    ...(sources > 0 ? [`${formatBytes(bytes)} inside of ${formatCounted(sources, 'log')} never came`] : []),
  ];
  if (told.length === 0) return { name, state: 'good', detail: 'none' };
  const again =
    'ship the logs of that time again, with --once and an empty --state folder: what `ship` sent and was counted is not counted again';
  const tooLong = '; a line over 64 KiB is not shipped and leaves such a hole in its log, which stays';
  const advice = sources > 0 ? `${again}${tooLong}` : again;
  return { name, state: 'warning', detail: told.join('; '), advice };
}

function describeGap({ topic, partition, from, to, atMs }: NotedGap): string {
  return `${formatCounted(to - from, 'message')} of ${topic}/${partition} were removed uncounted (offsets ${from} to ${to - 1}, found ${isoMinute(atMs)})`;
}

/** `2026-11-27 03:52 UTC` */
function isoMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
