import { parentPort, workerData } from 'node:worker_threads';
import { countryOfIn } from '../geo/open-country-database.ts';
import { linesOf } from './counter.ts';
import { Counting } from './counting.ts';
import { NameKeeper } from './names.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread-message.ts';

/** Entry of a counting thread: does what `startCountingThread` asks, for each of its counters. */
const { countryDatabase } = workerData as ThreadData;
/** The database in use, which all counters change to, each between two batches. */
let countries = { digest: '', countryOf: countryOfIn({ bytes: countryDatabase }) };
const names = new NameKeeper();
const counters = new Map<number, Counting>();
const port = parentPort;
if (!port) throw new Error('counting-thread.ts is the entry of a worker thread');

port.on('message', (request: ThreadRequest) => {
  try {
    const answer = answerTo(request);
    if (answer)
      port.postMessage(
        answer,
        'batch' in answer ? answer.batch.months.map(({ rows }) => rows.buffer as ArrayBuffer) : [],
      );
  } catch (error) {
    // Its kind alone: a message may quote the line that it is about, and whoever gets it here cannot know whose error it was.
    port.postMessage({
      failed: error instanceof Error ? error.constructor.name : typeof error,
    } satisfies ThreadAnswer);
  }
});

function answerTo(request: ThreadRequest): ThreadAnswer | undefined {
  const counting = counters.get(request.counter) ?? new Counting(countries.countryOf, names);
  counters.set(request.counter, counting);
  switch (request.do) {
    case 'begin':
      counting.begin(request.start);
      return undefined;
    case 'count':
      return {
        fill: counting.count(linesOf({ bytes: request.bytes, ...request.lines }, request.lines.kind)),
      };
    case 'end':
      counting.end(request.file);
      return undefined;
    case 'cut':
      return { batch: counting.cut() };
    case 'useCountries':
      if (countries.digest !== request.digest)
        countries = { digest: request.digest, countryOf: countryOfIn(request) };
      counting.useCountries(countries.countryOf);
      return undefined;
    case 'forget':
      counters.delete(request.counter);
      names.users--;
      return undefined;
    default:
      return request satisfies never;
  }
}
