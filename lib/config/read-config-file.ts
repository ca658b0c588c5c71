// daypass.yaml from disk: for synthesis and the local stack. Deployed doors read the JSON that synthesis wrote.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { messageOf } from '../message-of.ts';
import { type Configuration, ConfigurationError } from './configuration.ts';
import { loadConfiguration } from './load-config.ts';

/** The file that is used where none is named. */
export const defaultConfigurationFile = 'daypass.yaml';

/** Throws an `Error` whose message starts with the file's name and lists every problem. */
export function readConfigurationFile(file: string): Configuration {
  const value = readYaml(file);
  if (value === null || value === undefined) throw new Error(`${file} is empty; it must have providers and grants.`);
  try {
    return loadConfiguration(value);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const list = error.problems.map(({ path, says }) => `  ${path}: ${says}`).join('\n');
    throw new Error(
      `${file} has ${error.problems.length === 1 ? 'a problem' : `${error.problems.length} problems`}:\n${list}`,
      { cause: error },
    );
  }
}

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(
      `${file} cannot be read. Name another file with DAYPASS_CONFIG, or write one: README.md, "The first grant".`,
      { cause },
    );
  }
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new Error(`${file} is not YAML:\n${document.errors.map(({ message }) => `  ${message}`).join('\n')}`);
  }
  try {
    return document.toJS();
  } catch (cause) {
    // An alias to nowhere, or aliases that unfold without end; a text that starts with * needs quotes.
    throw new Error(`${file} is not YAML that can be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
