import { Problem } from './problem.ts';

/** Questions that may wait for the store before more are turned away. */
const maxWaiting = 64;
/** Questions at the store at a time; an embedded one answers one after the other anyway. */
const maxRunning = 4;
/** Kept answers, in characters. */
const maxKept = 32_000_000;

/**
 * Answers by key (data version, question, format): kept in memory, since what was answered for a version of the data
 * never changes; asked once by however many at the same time; and a bounded number at once.
 */
export class Answers {
  readonly #kept = new Map<string, string>();
  readonly #running = new Map<string, Promise<string>>();
  readonly #waiting: (() => void)[] = [];
  #keptLength = 0;
  #atStore = 0;

  /** The kept answer, or a new one from `make`. Throws `rate-limited` where too many wait, and what `make` throws. */
  async get(key: string, make: () => Promise<string>): Promise<string> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const running = this.#running.get(key) ?? this.#start(key, make);
    return await running;
  }

  #start(key: string, make: () => Promise<string>): Promise<string> {
    const answer = this.#inTurn(make)
      .then((text) => {
        this.#keep(key, text);
        return text;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, answer);
    return answer;
  }

  async #inTurn(make: () => Promise<string>): Promise<string> {
    if (this.#atStore >= maxRunning) {
      if (this.#waiting.length >= maxWaiting)
        throw new Problem(
          'rate-limited',
          'too many questions are waiting for the store; ask again in a moment',
        );
      await new Promise<void>((go) => this.#waiting.push(go));
    } else this.#atStore++;
    try {
      return await make();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#atStore--;
      else next();
    }
  }

  /** The oldest make room. */
  #keep(key: string, text: string): void {
    this.#kept.set(key, text);
    this.#keptLength += text.length;
    for (const [old, oldText] of this.#kept) {
      if (this.#keptLength <= maxKept) break;
      this.#kept.delete(old);
      this.#keptLength -= oldText.length;
    }
  }
}
