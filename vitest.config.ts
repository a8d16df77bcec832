import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'e2e/house/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Waiting longer makes no test weaker: what never comes still fails.
    expect: { poll: { timeout: 10_000 } },
    // Tests start servers and programs; two at a time leave the machine room.
    maxWorkers: 2,
  },
});
