import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/conformance/**'],
    setupFiles: ['test/kit/no-network.ts'],
    unstubEnvs: true,
    reporters: ['default', './test/kit/families-reporter.ts'],
    // Vitest leaves one processor idle, which is half of two.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
