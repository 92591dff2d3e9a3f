import { z } from 'zod';
import { profileNames } from '../../privacy/profile.ts';
import type { Publication } from './publication.ts';
import { vocabulariesSchema } from './vocabularies.ts';

/** Where countries came from at the time of a draw. */
export const countryDataSchema = z.object({
  /** `DB-IP Lite`, or the name of the operator's file. */
  source: z.string(),
  /** Day the database was built, `YYYY-MM-DD`. */
  build: z.string(),
  /** Whom its licence wants named wherever countries are shown. */
  attribution: z.object({ text: z.string(), url: z.string() }).nullable(),
});
export type CountryData = z.infer<typeof countryDataSchema>;

/**
 * What every cell of a month is drawn under, entered once and read back by every publisher, so that an old configuration
 * and a new one cannot both publish. The vocabularies are kept whole: a reader needs no old code to name the cells.
 */
const termsSchema = z.object({
  profile: z.enum(profileNames),
  vocabularies: vocabulariesSchema,
  country_data: countryDataSchema.nullable(),
});
export type Terms = z.infer<typeof termsSchema>;

/** The body of a publication of terms. */
export function termsText(terms: Terms): string {
  return JSON.stringify(terms);
}

/** The terms a publication entered. Throws where it is not one of terms. */
export function termsOf(publication: Publication): Terms {
  return termsSchema.parse(JSON.parse(publication.body));
}
