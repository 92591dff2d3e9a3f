import type { CountedBatch } from '../count/counted-batch.ts';
import type { Fill, LinesMessage, StretchStart } from './counting.ts';

/** What one of the counters of a thread is told; `count` and `cut` are answered, in order. */
export type ThreadRequest = { readonly counter: number } & CounterRequest;

export type CounterRequest =
  | { readonly do: 'begin'; readonly start: StretchStart }
  | { readonly do: 'count'; readonly lines: Omit<LinesMessage, 'bytes'>; readonly bytes: Uint8Array }
  | { readonly do: 'end'; readonly file: number }
  | { readonly do: 'cut' }
  /** Another country database, its bytes in shared memory. */
  | { readonly do: 'useCountries'; readonly bytes: Uint8Array; readonly digest: string }
  /** Nobody counts with it any more. */
  | { readonly do: 'forget' };

/** What it answers. An error's message is ours: counting quotes nothing of a line. */
export type ThreadAnswer =
  | { readonly fill: Fill }
  | { readonly batch: CountedBatch }
  /** The kind of an error, `TypeError`. */
  | { readonly failed: string };

/** What a counting thread is started with. */
export interface ThreadData {
  /** The country database's bytes, in shared memory. */
  readonly countryDatabase: Uint8Array;
}
