import type { ShipOptions } from './ship-options.ts';

/** Writes down what is acknowledged while others ship. */
export interface Books {
  /** Writes a last time. */
  close(): Promise<void>;
}

const SAVE_EVERY_MS = 1000;

/** A state of a hundred thousand sources takes long to write: at most this share of the time goes into it. */
const LARGEST_SHARE = 1 / 20;

/** Saves the state about once a second, one write at a time, until closed. A write that fails is told once; the next may do. */
export function openBooks({ saveState, onNotice }: Pick<ShipOptions, 'saveState' | 'onNotice'>): Books {
  let writing = Promise.resolve();
  let told = false;
  const save = async () => {
    try {
      await saveState();
      told = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!told)
        onNotice(
          `The state cannot be written (${code}). Shipping goes on; after a restart it is repeated from the last write.`,
        );
      told = true;
    }
  };
  let timer = setTimeout(tick, SAVE_EVERY_MS);
  function tick() {
    const start = performance.now();
    writing = save().then(() => {
      const pauseMs = Math.max(SAVE_EVERY_MS, (performance.now() - start) / LARGEST_SHARE);
      timer = setTimeout(tick, pauseMs);
    });
  }
  return {
    async close() {
      await writing;
      clearTimeout(timer);
      await save();
    },
  };
}
