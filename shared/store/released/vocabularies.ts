import { z } from 'zod';

/** What is known of who downloaded, one dimension at a time and never crossed; columns of `counts`. */
export const personDimensions = ['country', 'installer', 'runtime', 'system', 'ci'] as const;
export type PersonDimension = (typeof personDimensions)[number];

/** What was downloaded; columns of the view `exact`. */
export const exactDimensions = ['version', 'file_type'] as const;
export type ExactDimension = (typeof exactDimensions)[number];

/** The closed list of keys that cells are drawn for, in their order. A changed list has another number. */
export const vocabularySchema = z.object({
  number: z.int().positive(),
  keys: z.array(z.string()).readonly(),
});
export type Vocabulary = z.infer<typeof vocabularySchema>;

export const vocabulariesSchema = z.object({
  country: vocabularySchema,
  installer: vocabularySchema,
  runtime: vocabularySchema,
  system: vocabularySchema,
  ci: vocabularySchema,
});
export type Vocabularies = z.infer<typeof vocabulariesSchema>;

/** `country/1`, as stamped on each row of cells. */
export function stampOf(dimension: PersonDimension, vocabulary: Vocabulary): string {
  return `${dimension}/${vocabulary.number}`;
}
