import { z } from 'zod';
import { isoDay } from '../../../shared/days.ts';
import { readSummary, type Summary } from '../../../shared/store/released/read-summary.ts';
import { answerFormats } from '../answer-format.ts';
import { type ApiContext, catalogOf, isProject, projectOf } from '../context.ts';
import { daySchema, envelopeOf, envelopeShape, projectParams } from '../schemas.ts';
import type { TableRoute } from '../table-route.ts';

const summaryPeriods = ['last-day', 'last-7d', 'last-30d', 'last-365d', 'all'] as const;
const periodOf = { 1: 'last-day', 7: 'last-7d', 30: 'last-30d', 365: 'last-365d' } as const;

const query = z.object({});

const response = z.object({
  ...envelopeShape,
  project: z.string().describe('canonical name'),
  first_day: daySchema,
  downloads_total: z.int().describe('headline downloads: all but mirrors and bots'),
  mirror_total: z.int(),
  bot_total: z.int(),
  index_requests_total: z.int(),
  data: z.array(
    z.object({
      period: z.enum(summaryPeriods),
      from: daySchema.describe('later than the period’s length says where counting began inside it'),
      to: daySchema,
      downloads: z.int(),
      previous: z.int().nullable().describe('the same number of days before; null where not all are counted'),
    }),
  ),
});

/** A project at a glance. */
export const project: TableRoute<typeof projectParams, typeof query> = {
  paths: ['/v1/projects/:project', '/v1/registries/:registry/projects/:project'],
  summary: 'A project at a glance',
  description:
    'Headline downloads of the last day, 7, 30 and 365 days and of all time, and of the periods before.',
  params: projectParams,
  query,
  response,
  splitSuffix,
  prepare(context, { params }) {
    const catalog = catalogOf(context);
    const { registry, project } = projectOf(context, params);
    const head = { ...envelopeOf(catalog, registry), project: project.name };
    return {
      key: { registry: registry.name, project: project.name },
      settled: false,
      ask: async () => {
        const summary = await readSummary(context.database, registry, project.name);
        if (summary === undefined) throw new Error('a project of the catalog has no summary');
        return {
          body: { ...head, ...bodyOf(summary) },
          columns: ['period', 'from', 'to', 'downloads', 'previous'],
        };
      },
    };
  },
};

/** `numpy.csv` asks for a format where there is `numpy`; `package.json` is a project where there is one. */
function splitSuffix(context: ApiContext, params: z.output<typeof projectParams>) {
  const suffix = answerFormats.find((format) => params.project.endsWith(`.${format}`));
  if (suffix === undefined || isProject(context, params)) return { params, suffix: undefined };
  return { params: { ...params, project: params.project.slice(0, -suffix.length - 1) }, suffix };
}

function bodyOf({ firstDay, total, mirror, bot, indexRequests, windows }: Summary) {
  const through = windows[0]?.through ?? firstDay;
  const all = {
    period: 'all',
    from: isoDay(firstDay),
    to: isoDay(through),
    downloads: total,
    previous: null,
  };
  const data = windows.map(({ days, from, through, downloads, previous }) => ({
    period: periodOf[days],
    from: isoDay(from),
    to: isoDay(through),
    downloads,
    previous,
  }));
  return {
    first_day: isoDay(firstDay),
    downloads_total: total,
    mirror_total: mirror,
    bot_total: bot,
    index_requests_total: indexRequests,
    data: [...data, all],
  };
}
