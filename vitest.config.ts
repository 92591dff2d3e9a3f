import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders with tests that take a minute. */
const long = /\/test\/(faults|canary|kafka|collector)\//;

/** Begins with what takes long, so that nobody waits for the last of it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isShort = ({ moduleId }: TestSpecification) => Number(!long.test(moduleId));
    return sorted.toSorted((a, b) => isShort(a) - isShort(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each test file is a process of its own: chDB opens one folder a process and does not like to be unloaded.
    pool: 'forks',
    // Much of the time is spent waiting for brokers and other processes.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
