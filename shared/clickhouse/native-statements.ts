const running = new Set<Promise<unknown>>();
let isEnding = false;

/** Runs a statement of chDB's, which cannot be stopped, unless the process is about to end. */
export async function runNatively<T>(run: () => Promise<T>): Promise<T> {
  if (isEnding) throw new Error('The process ends.');
  const done = run();
  running.add(done);
  try {
    return await done;
  } finally {
    running.delete(done);
  }
}

/** Lets no other statement of chDB's begin, and waits for those that run: its exit handlers once waited for ever beside one. */
export async function endNativeStatements(): Promise<void> {
  isEnding = true;
  await Promise.allSettled(running);
}
