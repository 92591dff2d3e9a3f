import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';

/** A stream that is read on. */
export interface ReadStream {
  /** Reads what is there into the buffer and says how many bytes; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Lets whoever waits in `read` fail, and all that come after. */
  stop(): void;
  /** Takes nothing more from the writer: what has been taken is still read, then comes the end. */
  end(): void;
}

/**
 * Standard input where it is a pipe or a socket; undefined where it is a file. Waiting for it keeps the event loop's ear, not one of its
 * threads: a thread that waits in a pipe nobody writes to would keep the process from ending.
 */
export function readStandardInput(): ReadStream | undefined {
  const stat = fstatSync(0);
  if (!stat.isFIFO() && !stat.isSocket()) return undefined;
  const socket = new Socket({ fd: 0, readable: true, writable: false });
  const chunks = socket[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const taken: Uint8Array[] = [];
  let hasEnded = false;
  async function nextChunk(): Promise<Uint8Array | undefined> {
    if (hasEnded) return taken.shift();
    try {
      const next: IteratorResult<Uint8Array> = await chunks.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      if (!hasEnded) throw error;
    }
    return taken.shift();
  }
  return {
    async read(into) {
      if (rest.length === 0) rest = (await nextChunk()) ?? rest;
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    stop: () => void socket.destroy(new Error('stopped')),
    end() {
      if (hasEnded) return;
      hasEnded = true;
      // The socket reads ahead; nothing comes in between these and the end.
      for (let next = socket.read(); next !== null; next = socket.read()) taken.push(next);
      socket.destroy();
    },
  };
}
