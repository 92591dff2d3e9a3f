import { z } from 'zod';
import { profileNamed } from '../../../shared/privacy/profile.ts';
import { type Catalog, latestTerms } from '../../../shared/store/released/catalog.ts';
import { countryDataSchema, type Terms } from '../../../shared/store/released/terms.ts';
import { exactDimensions, personDimensions } from '../../../shared/store/released/vocabularies.ts';
import { catalogOf } from '../context.ts';
import { daySchema, dimensions, envelopeOf, envelopeShape, isoDayOrNull } from '../schemas.ts';
import type { TableRoute } from '../table-route.ts';

const { registry: _, ...rangeOfData } = envelopeShape;

const response = z.object({
  ...rangeOfData,
  version: z.string().describe('of Tallymark'),
  rules: z.array(z.string()).describe('rule sets that batches were counted with'),
  privacy: z
    .object({
      profile: z.string(),
      sigma_day: z.number(),
      sigma_month: z.number(),
      note: z.string(),
    })
    .nullable()
    .describe('of the last published month; null where nothing is published'),
  country_data: countryDataSchema.nullable().describe('of the last published month'),
  dimensions: z.array(
    z.object({
      name: z.enum(dimensions),
      side: z.enum(['exact', 'person']),
      vocabulary: z.int().nullable().describe('number of the closed list of keys; null where keys are open'),
    }),
  ),
  data: z.array(
    z.object({
      ...envelopeShape,
      registry: z.string(),
      projects: z.int(),
      released_through: daySchema.nullable().describe('last day whose person side is published'),
    }),
  ),
});

const query = z.object({});
const params = z.object({});

/** What the numbers are made of. */
export const meta: TableRoute<typeof params, typeof query> = {
  paths: ['/v1/meta'],
  summary: 'What is counted, how, and how it is published',
  description:
    'The range of the data, rule sets, privacy profile, country data and dimensions; one row a registry.',
  params,
  query,
  response,
  prepare(context) {
    const catalog = catalogOf(context);
    return {
      key: {},
      settled: false,
      ask: async () => ({
        body: { ...bodyOf(catalog), version: context.version },
        columns: ['registry', 'data_from', 'data_through', 'provisional', 'projects', 'released_through'],
      }),
    };
  },
};

function bodyOf(catalog: Catalog) {
  const registries = [...catalog.registries.values()];
  const data = registries.map((registry) => ({
    ...envelopeOf(catalog, registry),
    projects: registry.projects.size,
    released_through: isoDayOrNull([...registry.days.keys()].at(-1)),
  }));
  const terms = latestTerms(catalog);
  return {
    data_from:
      data
        .map((one) => one.data_from)
        .filter((day) => day !== null)
        .sort()[0] ?? null,
    data_through:
      data
        .map((one) => one.data_through)
        .filter((day) => day !== null)
        .sort()
        .at(-1) ?? null,
    provisional: data.some(({ provisional }) => provisional),
    rules: catalog.rules,
    privacy: terms === undefined ? null : privacyOf(terms),
    country_data: terms?.country_data ?? null,
    dimensions: [
      ...personDimensions.map((name) => ({
        name,
        side: 'person',
        vocabulary: terms?.vocabularies[name].number ?? null,
      })),
      ...exactDimensions.map((name) => ({ name, side: 'exact', vocabulary: null })),
    ],
    data,
  };
}

function privacyOf({ profile }: Terms) {
  const { sigma } = profileNamed(profile);
  return {
    profile,
    sigma_day: sigma.day,
    sigma_month: sigma.month,
    note: 'exact: country, installer, runtime, system and ci are published as counted, without noise',
  };
}
