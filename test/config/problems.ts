import { ConfigurationError } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';

/** What is wrong with a configuration; nothing when it loads. */
export function problemsOf(value: unknown): ConfigurationError['problems'] {
  try {
    loadConfiguration(value);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
