import type { LiveInput } from '../../shared/source/live-input.ts';

/** A stream that a test writes to. */
export interface WrittenInput extends LiveInput {
  write(text: string): void;
  /** The writer ends it. */
  close(): void;
  /** The writer's machine fails. */
  fail(error: Error): void;
  /** Bytes that nobody has taken. */
  readonly left: number;
}

/** Hands each write on as a piece of its own. */
export function writtenInput(): WrittenInput {
  const waiting: (Buffer | Error | 'end')[] = [];
  let wake = () => {};
  const add = (what: Buffer | Error | 'end') => {
    waiting.push(what);
    wake();
  };
  async function* pieces() {
    for (;;) {
      const next = waiting.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    pieces: pieces(),
    end: () => add('end'),
    write: (text) => add(Buffer.from(text)),
    close: () => add('end'),
    fail: add,
    get left() {
      return waiting.reduce((sum, each) => sum + (Buffer.isBuffer(each) ? each.length : 0), 0);
    },
  };
}
