import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/published/report.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers only wait for each other's servers.
    maxWorkers: 2,
  },
});
