import { defineConfig } from 'vitest/config';

// Real clients against `npm start`, started as a user starts it. One after the other: they share ports and processor.
export default defineConfig({
  test: {
    include: ['test/conformance/**/*.test.ts'],
    fileParallelism: false,
    // Each AWS CLI is a process, and a heavy one.
    maxConcurrency: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
