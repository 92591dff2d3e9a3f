import { z } from 'zod';
import { isoDay } from '../../../shared/days.ts';
import { findProjects } from '../../../shared/store/released/find-projects.ts';
import { catalogOf, registryOf } from '../context.ts';
import { daySchema, envelopeOf, envelopeShape, registryParams } from '../schemas.ts';
import type { TableRoute } from '../table-route.ts';

const query = z.object({
  q: z.string().max(214).default('').describe('a part of the name; all projects where empty'),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(214).optional().describe('next_cursor of the answer before'),
});

const response = z.object({
  ...envelopeShape,
  total_projects: z.int().describe('that fit, on all pages'),
  next_cursor: z.string().nullable(),
  data: z.array(
    z.object({
      project: z.string(),
      downloads_last_30d: z.int(),
      downloads_total: z.int(),
      first_day: daySchema,
    }),
  ),
});

/** Search, and the list of all projects: from memory. */
export const projects: TableRoute<typeof registryParams, typeof query> = {
  paths: ['/v1/projects', '/v1/registries/:registry/projects'],
  summary: 'Search projects',
  description: 'Projects whose name contains q, most downloads of the last 30 days first.',
  params: registryParams,
  query,
  response,
  prepare(context, { params, query: { q, limit, cursor } }) {
    const catalog = catalogOf(context);
    const registry = registryOf(context, params.registry);
    return {
      key: { registry: registry?.name, q, limit, cursor },
      settled: false,
      ask: async () => {
        const found = findProjects(registry, { q, limit, cursor });
        const data = found.projects.map(({ name, last30Days, total, firstDay }) => ({
          project: name,
          downloads_last_30d: last30Days,
          downloads_total: total,
          first_day: isoDay(firstDay),
        }));
        const body = {
          ...envelopeOf(catalog, registry),
          total_projects: found.total,
          next_cursor: found.nextCursor ?? null,
          data,
        };
        return { body, columns: ['project', 'downloads_last_30d', 'downloads_total', 'first_day'] };
      },
    };
  },
};
