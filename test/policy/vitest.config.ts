import { defineConfig } from 'vitest/config';

// For npm run mutate. Not the properties: by chance they find much, and a score that chance decides tells nothing.
export default defineConfig({
  test: { include: ['test/policy/**/*.test.ts'], exclude: ['test/policy/properties.test.ts'] },
});
