import { z } from 'zod';
import { isoDay } from '../../../shared/days.ts';
import { readBreakdown } from '../../../shared/store/released/read-breakdown.ts';
import { catalogOf, projectOf } from '../context.ts';
import { rangeOf } from '../range.ts';
import {
  daySchema,
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
  limit: z.coerce.number().int().min(1).max(300).default(300).describe('countries, most downloads first'),
});

const response = z.object({
  ...envelopeShape,
  project: z.string(),
  from: daySchema,
  to: daySchema,
  ...personShape,
  total: z.int().nullable().describe('exact downloads of the covered days; null where nothing is published'),
  left_off: z.int().nullable().describe('countries beyond limit'),
  unattributed: z.int().nullable().describe('total − left_off − Σ data: late lines, and what is not shown'),
  data: z.array(
    z.object({
      country: z.string().describe('ISO 3166-1 alpha-2; XK Kosovo; ZZ unknown'),
      downloads: z.int(),
      share: z.number().nullable().describe('of total'),
      se: z.number().describe('standard error; 0 where exact'),
    }),
  ),
});

/** Where a project is downloaded from. */
export const countries: TableRoute<typeof projectParams, typeof query> = {
  paths: ['/v1/projects/:project/countries', '/v1/registries/:registry/projects/:project/countries'],
  summary: 'Downloads by country',
  description:
    'A ranking of countries over a range, from published cells. The range snaps to what is published; what belongs to no ' +
    'country that is shown is unattributed, so that the table always adds up.',
  params: projectParams,
  query,
  response,
  prepare(context, { params, query: { limit, ...asked } }) {
    const catalog = catalogOf(context);
    const { registry, project } = projectOf(context, params);
    const range = rangeOf(asked, registry, catalog.today);
    const question = { registry, project: project.name, ...range, today: catalog.today };
    return {
      key: { registry: registry.name, project: project.name, ...range, limit },
      settled: isFinal(catalog, registry, range),
      ask: async () => {
        const breakdown = await readBreakdown(context.database, {
          ...question,
          interval: 'total',
          dimension: 'country',
        });
        const piece = breakdown.pieces[0];
        const data = (piece?.keys ?? []).map(({ key, downloads }) => ({
          country: key,
          downloads,
          share: piece === undefined || piece.total === 0 ? null : rounded(downloads / piece.total),
          se: piece?.se ?? 0,
        }));
        const leftOff = data.slice(limit).reduce((sum, { downloads }) => sum + downloads, 0);
        const body = {
          ...envelopeOf(catalog, registry, range),
          project: project.name,
          from: isoDay(range.from),
          to: isoDay(range.to),
          profile: profileOf(registry, breakdown.coveredThrough),
          covered_from: isoDayOrNull(breakdown.coveredFrom),
          covered_through: isoDayOrNull(breakdown.coveredThrough),
          total: piece?.total ?? null,
          left_off: piece === undefined ? null : leftOff,
          unattributed: piece?.unattributed ?? null,
          data: data.slice(0, limit),
        };
        return { body, columns: ['country', 'downloads', 'share', 'se'] };
      },
    };
  },
};

/** Shares to a millionth. */
function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
