// The private keys that a configuration names by ARN: on this machine they come from files, or the configuration does
// without them.

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Configuration } from '../config/configuration.ts';

/** PEM by ARN. */
export type LocalKeys = ReadonlyMap<string, string>;

const uses = ['signing', 'decryption'] as const;

/** Reads `arn:…=key.pem`. Throws an `Error` that says what is wrong: form, ARN, file, key. */
export function readLocalKeys(texts: readonly string[], { serviceProvider }: Configuration): LocalKeys {
  const arns = uses.flatMap((use) => serviceProvider[use]?.privateKey ?? []);
  return new Map(texts.map((text) => readLocalKey(text, arns)));
}

function readLocalKey(text: string, arns: readonly string[]): readonly [arn: string, pem: string] {
  const [, arn, file] = /^(arn:[^=]+)=(.+)$/.exec(text) ?? [];
  if (arn === undefined || file === undefined) {
    throw new Error(`--secret ${text}: write arn:aws:secretsmanager:…:secret:name=key.pem, a file on this machine.`);
  }
  if (!arns.includes(arn)) {
    throw new Error(`--secret ${text}: the private keys of the configuration are ${arns.join(', ') || 'none'}.`);
  }
  return [arn, keyIn(file, text)];
}

function keyIn(file: string, text: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    createPrivateKey(pem);
    return pem;
  } catch (cause) {
    throw new Error(`--secret ${text}: ${file} is no private key in PEM that can be read.`, { cause });
  }
}

export interface WithLocalKeys {
  readonly configuration: Configuration;
  /** What is left out for want of a key: `signing`, `decryption`. */
  readonly leftOut: readonly string[];
}

/** The configuration with those of its keys that are here. */
export function withLocalKeys(configuration: Configuration, keys: LocalKeys): WithLocalKeys {
  const { serviceProvider } = configuration;
  const leftOut = uses.filter((use) => {
    const pair = serviceProvider[use];
    return pair !== undefined && !keys.has(pair.privateKey);
  });
  const without = Object.fromEntries(leftOut.map((use) => [use, undefined]));
  return { configuration: { ...configuration, serviceProvider: { ...serviceProvider, ...without } }, leftOut };
}
