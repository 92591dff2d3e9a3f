import { z } from 'zod';
import { isoDay } from '../../../shared/days.ts';
import { type Interval, intervals } from '../../../shared/store/released/interval.ts';
import {
  type Breakdown,
  type Dimension,
  isExact,
  readBreakdown,
} from '../../../shared/store/released/read-breakdown.ts';
import { readSeries } from '../../../shared/store/released/read-series.ts';
import type { Answer } from '../answer-format.ts';
import { catalogOf, projectOf } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Range, rangeOf } from '../range.ts';
import {
  daySchema,
  dimensions,
  envelopeOf,
  envelopeShape,
  isFinal,
  isoDayOrNull,
  personShape,
  profileOf,
  projectParams,
  rangeShape,
} from '../schemas.ts';
import type { TableRoute } from '../table-route.ts';

const query = z.object({
  ...rangeShape,
  interval: z.enum(intervals).default('day'),
  group: z.enum(dimensions).optional().describe('at most one dimension'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(300)
    .default(10)
    .describe('keys of the group, most downloads first'),
  fill: z.stringbool().default(true).describe('false leaves out pieces without downloads'),
});
const pieceShape = { date: daySchema.describe('first day; of a week its Monday'), provisional: z.boolean() };
const keyShape = Object.fromEntries(dimensions.map((name) => [name, z.string().optional()]));

const response = z.object({
  ...envelopeShape,
  project: z.string(),
  from: daySchema,
  to: daySchema,
  interval: z.enum(intervals),
  group: z.enum(dimensions).nullable(),
  ...personShape,
  data: z.array(
    z.object({
      ...pieceShape,
      ...keyShape,
      downloads: z.int().nullable().describe('null: nothing counted yet; 0: nobody downloaded'),
      se: z.number().optional().describe('standard error; 0 where exact'),
    }),
  ),
  totals: z
    .array(
      z.object({
        ...pieceShape,
        downloads: z.int().describe('exact'),
        left_off: z.int().describe('keys beyond limit'),
        unattributed: z.int().describe('in no key: downloads − left_off − Σ data'),
      }),
    )
    .optional()
    .describe('with group only; a piece’s rows, left_off and unattributed add up to downloads'),
});

/** A project's downloads over time, as a whole or by one dimension. */
export const downloads: TableRoute<typeof projectParams, typeof query> = {
  paths: ['/v1/projects/:project/downloads', '/v1/registries/:registry/projects/:project/downloads'],
  summary: 'Downloads over time',
  description:
    'Headline downloads (all but mirrors and bots) by day, week, month or in total. Versions and file types are exact; ' +
    'country, installer, runtime, system and ci come from published cells alone and snap to what is published.',
  params: projectParams,
  query,
  response,
  prepare(context, { params, query }) {
    const catalog = catalogOf(context);
    const { registry, project } = projectOf(context, params);
    const range = rangeOf(query, registry, catalog.today);
    requireAnswerable(range, query);
    const { interval, group, limit, fill } = query;
    const question = { registry, project: project.name, ...range, interval, today: catalog.today };
    const head = {
      ...envelopeOf(catalog, registry, range),
      project: project.name,
      from: isoDay(range.from),
      to: isoDay(range.to),
      interval,
    };
    return {
      key: { registry: registry.name, project: project.name, ...range, interval, group, limit, fill },
      settled: isFinal(catalog, registry, range),
      ask: async () => {
        if (group === undefined) return ungrouped(head, await readSeries(context.database, question), fill);
        const breakdown = await readBreakdown(context.database, { ...question, dimension: group });
        const profile = isExact(group) ? null : profileOf(registry, breakdown.coveredThrough);
        return grouped({ ...head, profile }, breakdown, { group, limit, fill });
      },
    };
  },
};

/** Longest range in days: ten years of days, or three by a dimension; everything else a lifetime. */
const longest = { days: 3_660, groupedDays: 1_100, other: 20_000 };

function requireAnswerable(
  { from, to }: Range,
  { interval, group }: { interval: Interval; group?: unknown },
): void {
  const ofDays = group === undefined ? longest.days : longest.groupedDays;
  const limit = interval === 'day' ? ofDays : longest.other;
  if (to - from + 1 <= limit) return;
  throw new Problem(
    'range-too-large',
    `at most ${limit} days here; ask for a shorter range or a larger interval`,
  );
}

function ungrouped(head: object, series: Awaited<ReturnType<typeof readSeries>>, fill: boolean): Answer {
  const data = series
    .filter(({ downloads }) => fill || (downloads !== null && downloads !== 0))
    .map(({ date, downloads, provisional }) => ({ date: isoDay(date), downloads, provisional }));
  const person = { group: null, profile: null, covered_from: null, covered_through: null };
  return {
    body: { ...head, ...person, data },
    columns: ['date', 'downloads', 'provisional'],
  };
}

function grouped(head: object, breakdown: Breakdown, { group, limit, fill }: Grouping): Answer {
  const top = topKeys(breakdown, limit);
  const data = breakdown.pieces.flatMap(({ date, keys, se, provisional }) => {
    const downloads = new Map(keys.map((one) => [one.key, one.downloads]));
    return top
      .filter((key) => fill || downloads.has(key))
      .map((key) => ({
        date: isoDay(date),
        [group]: key,
        downloads: downloads.get(key) ?? 0,
        se,
        provisional,
      }));
  });
  const totals = breakdown.pieces.map(({ date, total, keys, unattributed, provisional }) => ({
    date: isoDay(date),
    downloads: total,
    left_off: keys.reduce((sum, { key, downloads }) => (top.includes(key) ? sum : sum + downloads), 0),
    unattributed,
    provisional,
  }));
  const covered = {
    covered_from: isoDayOrNull(breakdown.coveredFrom),
    covered_through: isoDayOrNull(breakdown.coveredThrough),
  };
  return {
    body: { ...head, group, ...covered, data, totals },
    columns: ['date', group, 'downloads', 'se', 'provisional'],
  };
}

interface Grouping {
  readonly group: Dimension;
  readonly limit: number;
  readonly fill: boolean;
}

/** The keys with most downloads over all pieces. */
function topKeys({ pieces }: Breakdown, limit: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const { keys } of pieces)
    for (const { key, downloads } of keys) sums.set(key, (sums.get(key) ?? 0) + downloads);
  return [...sums]
    .sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([key]) => key);
}
