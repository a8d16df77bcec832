import { defineConfig } from 'vitest/config';
import { makeTestHome } from './e2e/support/test-home.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'e2e/house/*.test.ts'],
    env: { HOME: makeTestHome() },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Waiting longer makes no test weaker: what never comes still fails.
    expect: { poll: { timeout: 10_000 } },
    // Tests start servers and programs; two at a time leave the machine room.
    maxWorkers: 2,
  },
});
