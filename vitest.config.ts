import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each test file is a process of its own: chDB opens one folder a process and does not like to be unloaded.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
