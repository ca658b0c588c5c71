// daypass.yaml and what it names, from disk and from https: for synthesis and the local stack. Deployed doors read the
// JSON that synthesis wrote.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { fetchMetadata, withoutByteOrderMark } from '../identity/saml/metadata/fetch-metadata.ts';
import { messageOf } from '../message-of.ts';
import { httpsNetwork } from '../network/https-network.ts';
import type { Network } from '../network/network.ts';
import { type Configuration, ConfigurationError } from './configuration.ts';
import { type Document, type Documents, documentNames, isAddress } from './documents.ts';
import { loadConfiguration } from './load-config.ts';

/** The file that is used where none is named. */
export const defaultConfigurationFile = 'daypass.yaml';

export interface ReadOptions {
  /** Fetches metadata that the configuration names by its address. */
  readonly network?: Network;
  readonly now?: Date;
}

/** Rejects with an `Error` whose message starts with the file's name and lists every problem. */
export async function readConfigurationFile(
  file: string,
  { network = httpsNetwork({ privateAddresses: 'allowed' }), now = new Date() }: ReadOptions = {},
): Promise<Configuration> {
  const value = readYaml(file);
  if (value === null || value === undefined) throw new Error(`${file} is empty; it must have providers and grants.`);
  const documents = await readDocuments(documentNames(value), dirname(file), network);
  try {
    return loadConfiguration(value, { documents, now });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const list = error.problems.map(({ path, says }) => `  ${path}: ${says}`).join('\n');
    throw new Error(
      `${file} has ${error.problems.length === 1 ? 'a problem' : `${error.problems.length} problems`}:\n${list}`,
      { cause: error },
    );
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function whyNot(name: string, error: unknown): string {
  if (isAddress(name)) return `could not be fetched: ${messageOf(error)}`;
  return error instanceof TypeError ? 'is not in UTF-8' : 'cannot be read';
}

async function readDocuments(names: readonly string[], folder: string, network: Network): Promise<Documents> {
  const read = names.map(async (name): Promise<readonly [string, Document]> => {
    try {
      const isRemote = isAddress(name);
      const text = isRemote
        ? await fetchMetadata(name, network)
        : withoutByteOrderMark(utf8.decode(readFileSync(resolve(folder, name))));
      return [name, { text }];
    } catch (error) {
      return [name, { problem: whyNot(name, error) }];
    }
  });
  return new Map(await Promise.all(read));
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
