import { ci, installers, runtimes, systems, vocabularyVersion } from '../../shared/clients/vocabulary.ts';
import { countries } from '../../shared/geo/countries.ts';
import type { Vocabularies } from '../../shared/store/released/vocabularies.ts';

/** Raised by one whenever a code is added to `countries`; what was published before keeps its own list. */
const countriesVersion = 1;

/** The vocabularies of this version of Tallymark: a month that is begun now is drawn with them. */
export const currentVocabularies: Vocabularies = {
  country: { number: countriesVersion, keys: countries },
  installer: { number: vocabularyVersion, keys: installers },
  runtime: { number: vocabularyVersion, keys: runtimes },
  system: { number: vocabularyVersion, keys: systems },
  ci: { number: vocabularyVersion, keys: ci },
};
