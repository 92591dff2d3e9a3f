import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each test file is a process of its own: chDB opens one folder a process and does not like to be unloaded.
    pool: 'forks',
    // Much of the time is spent waiting for brokers and other processes.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
