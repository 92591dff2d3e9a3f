import { z } from 'zod';
import { isoDay } from '../../shared/days.ts';
import { isSettled, monthStart } from '../../shared/store/released/calendar.ts';
import type { Catalog, RegistryCatalog } from '../../shared/store/released/catalog.ts';
import { exactDimensions, personDimensions } from '../../shared/store/released/vocabularies.ts';
import { problemTypes } from './problem.ts';
import { periods, type Range } from './range.ts';

/** A UTC day in an answer. */
export const daySchema = z.iso.date();

/** What downloads can be grouped by. */
export const dimensions = [...personDimensions, ...exactDimensions] as const;

/** Names in a path. A scoped name is one segment: `@scope%2Fpkg`. */
export const projectParams = z.object({
  registry: z.string().max(64).optional(),
  project: z.string().min(1).max(214).describe('in any spelling; a scoped name is one segment: @scope%2Fpkg'),
});
export const registryParams = z.object({ registry: z.string().max(64).optional() });

/** `from`, `to` and `period`. */
export const rangeShape = {
  from: z
    .string()
    .max(40)
    .optional()
    .describe('first day: a UTC day, an RFC 3339 time or epoch milliseconds'),
  to: z.string().max(40).optional().describe('last day, included; never today'),
  period: z.enum(periods).optional().describe('instead of from and to; the default is last-30d'),
};

/** In every answer. */
export const envelopeShape = {
  registry: z.string().nullable(),
  data_from: daySchema.nullable().describe('first counted day of the registry'),
  data_through: daySchema
    .nullable()
    .describe('last counted day of the registry; null where nothing is counted yet'),
  provisional: z.boolean().describe('lines may still come for days in the answer'),
};

/** What the person’s side of an answer says of itself. */
export const personShape = {
  profile: z
    .string()
    .nullable()
    .describe('how the numbers were blurred; exact: not at all; null: not by person, or nothing published'),
  covered_from: daySchema.nullable().describe('what the range was snapped to'),
  covered_through: daySchema.nullable(),
};

export const problemSchema = z.object({
  type: z.enum([...problemTypes, 'about:blank']),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ parameter: z.string(), detail: z.string() })).optional(),
});

/** `envelopeShape` filled in for a range, or for all that is counted. */
export function envelopeOf(
  catalog: Catalog,
  registry: RegistryCatalog | undefined,
  range?: Range,
): z.infer<z.ZodObject<typeof envelopeShape>> {
  return {
    registry: registry?.name ?? null,
    data_from: isoDayOrNull(registry?.dataFrom),
    data_through: isoDayOrNull(registry?.dataThrough),
    provisional: isProvisional(catalog, registry, range),
  };
}

/** Whether lines may still come for counted days of a range. */
function isProvisional(catalog: Catalog, registry: RegistryCatalog | undefined, range?: Range): boolean {
  const { dataFrom = null, dataThrough = null } = registry ?? {};
  if (dataFrom === null || dataThrough === null) return false;
  const last = Math.min(range?.to ?? dataThrough, dataThrough);
  return last >= Math.max(range?.from ?? dataFrom, dataFrom) && !isSettled(last, catalog.today);
}

/**
 * Whether an answer over the range can change any more: its month has settled and all of it is counted. Lines of a backfill
 * can come at any time, so this only decides how long an answer is kept.
 */
export function isFinal(catalog: Catalog, registry: RegistryCatalog | undefined, range: Range): boolean {
  const { dataFrom = null, dataThrough = null } = registry ?? {};
  if (dataFrom === null || dataThrough === null) return false;
  return range.from >= dataFrom && range.to <= dataThrough && isSettled(range.to, catalog.today);
}

/** `personShape`'s profile: that of the last covered month. */
export function profileOf(registry: RegistryCatalog, coveredThrough: number | null): string | null {
  if (coveredThrough === null) return null;
  return registry.terms.get(monthStart(coveredThrough))?.profile ?? null;
}

export function isoDayOrNull(day: number | null | undefined): string | null {
  return day === null || day === undefined ? null : isoDay(day);
}
