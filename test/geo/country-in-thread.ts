/** A thread that looks up one address in a database it was given. */
import { parentPort, workerData } from 'node:worker_threads';
import { openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import { countryOfText } from './country-of-text.ts';

const { countryOf, digest } = openCountryDatabase({ bytes: workerData.bytes });
parentPort?.postMessage({ code: countryOfText(countryOf, workerData.address), digest });
