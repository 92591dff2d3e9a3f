import { Worker } from 'node:worker_threads';
import type { CountedBatch } from '../count/counted-batch.ts';
import type { Counter } from './counter.ts';
import type { Fill } from './counting.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread-message.ts';

/** A thread that counts for several counters, each with a batch of its own. Disposing of it ends them all. */
export interface CountingThread extends AsyncDisposable {
  /** One more counter; disposing of it lets go of its memory. */
  counter(): Counter;
}

/** Starts a thread. `countryDatabase` is in shared memory, so that each thread does not hold its own. */
export function startCountingThread(data: ThreadData): CountingThread {
  const thread = new Thread(data);
  let counters = 0;
  return {
    counter: () => counterOn(thread, counters++),
    [Symbol.asyncDispose]: () => thread.stop(),
  };
}

/** A counter on a thread of its own, which ends with it. */
export function counterThread(data: ThreadData): Counter {
  const thread = startCountingThread(data);
  return { ...thread.counter(), [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() };
}

function counterOn(thread: Thread, counter: number): Counter {
  return {
    begin: (start) => thread.tell({ counter, do: 'begin', start }),
    count: async (block, kind) => {
      try {
        const { bytes, length, from } = block;
        return (await thread.ask({ counter, do: 'count', lines: { kind, length, from }, bytes })) as Fill;
      } finally {
        block.release();
      }
    },
    end: (file) => thread.tell({ counter, do: 'end', file }),
    cut: async () => (await thread.ask({ counter, do: 'cut' })) as CountedBatch,
    useCountries: ({ bytes, digest }) => thread.tell({ counter, do: 'useCountries', bytes, digest }),
    [Symbol.asyncDispose]: async () => thread.tell({ counter, do: 'forget' }),
  };
}

interface Waiting {
  resolve(value: Fill | CountedBatch): void;
  reject(error: Error): void;
}

/** A thread and who waits for its answers, first come first served. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(data: ThreadData) {
    // The source tree is `.ts` under a loader, the built one `.js`.
    const entry = import.meta.url.endsWith('.ts') ? './counting-thread.ts' : './counting-thread.js';
    this.#worker = new Worker(new URL(entry, import.meta.url), { workerData: data });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#answer(answer));
    this.#worker.on('error', (error) => this.#fail(new Error('a counting thread failed', { cause: error })));
    this.#worker.on('exit', () => this.#fail(new Error('a counting thread ended early')));
  }

  tell(request: ThreadRequest): void {
    if (!this.#failure) this.#worker.postMessage(request);
  }

  ask(request: ThreadRequest): Promise<Fill | CountedBatch> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    this.#fail(new Error('the counting thread was stopped'));
    await this.#worker.terminate();
  }

  #answer(answer: ThreadAnswer): void {
    if ('failed' in answer) this.#fail(new Error(`a counting thread failed: ${answer.failed}`));
    else this.#waiting.shift()?.resolve('fill' in answer ? answer.fill : answer.batch);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
