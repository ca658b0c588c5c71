import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/conformance/**'],
    setupFiles: ['test/kit/no-network.ts'],
    unstubEnvs: true,
    reporters: ['default', './test/kit/families-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
