import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/published/report.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Loading the catalog and the clients anew for each file would take longer than most files do.
    isolate: false,
    // A line for each file is enough to read; most cases that start a program would have one of their own.
    slowTestThreshold: 15_000,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Long before what is waited for never comes, and long after a busy machine.
    expect: { poll: { timeout: 10_000 } },
    // Two cores: more workers only wait for each other's servers.
    maxWorkers: 2,
  },
});
