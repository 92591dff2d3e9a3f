/** Random numbers that a seed gives again. */
export interface SeededRandom {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** One of them. */
  pick<T>(values: readonly T[]): T;
}

/** Mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (values) => values[below(values.length)]! };
}

/** The seed of this run: `TALLYMARK_TEST_SEED`, or the clock's. Tests print it when they fail. */
export function seedOfRun(): number {
  const given = process.env.TALLYMARK_TEST_SEED;
  return given === undefined ? Date.now() % 2 ** 31 : Number(given);
}
