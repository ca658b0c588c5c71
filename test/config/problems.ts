import type { Sources } from '../../lib/config/compile-saml.ts';
import { ConfigurationError } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';

/** What is wrong with a configuration; nothing when it loads. */
export function problemsOf(value: unknown, sources?: Sources): ConfigurationError['problems'] {
  try {
    loadConfiguration(value, sources);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
