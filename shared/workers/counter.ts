import type { CountedBatch } from '../count/counted-batch.ts';
import type { CountryOf } from '../geo/country-of.ts';
import { type CountryDatabase, countryOfIn } from '../geo/open-country-database.ts';
import type { Block } from '../source/block.ts';
import { Counting, type Fill, type LinesMessage, type StretchStart } from './counting.ts';

/** Counts batches, here or on another thread; calls are done in their order. */
export interface Counter extends AsyncDisposable {
  begin(start: StretchStart): void;
  /** Counts a block of the stretch begun last and releases it. */
  count(block: Block, kind: LinesMessage['kind']): Promise<Fill>;
  /** No more stretches of this file. */
  end(file: number): void;
  /** Ends the batch after all that was given before. */
  cut(): Promise<CountedBatch>;
  /** Looks countries up in these bytes of a checked database from the next stretch on; between batches, since a batch is counted with one. */
  useCountries(database: Pick<CountryDatabase, 'bytes' | 'digest'>): void;
}

/** A counter on the thread of its caller. */
export function counterHere(countryOf: CountryOf): Counter {
  const counting = new Counting(countryOf);
  return {
    begin: (start) => counting.begin(start),
    count: async (block, kind) => {
      try {
        return counting.count(linesOf(block, kind));
      } finally {
        block.release();
      }
    },
    end: (file) => counting.end(file),
    cut: async () => counting.cut(),
    useCountries: (database) => counting.useCountries(countryOfIn(database)),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** What a counter is told of a block. `Buffer` for its `indexOf`, the machine's own memchr. */
export function linesOf(
  { bytes, length, from }: Pick<Block, 'bytes' | 'length' | 'from'>,
  kind: LinesMessage['kind'],
): LinesMessage {
  return { kind, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), length, from };
}
