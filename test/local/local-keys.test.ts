import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Configuration, KeyPair } from '../../lib/config/configuration.ts';
import { readLocalKeys, withLocalKeys } from '../../lib/local/local-keys.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

const folder = mkdtempSync(join(tmpdir(), 'daypass-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pem = (await aSamlIdp()).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const key = file('key.pem', pem);

const arn = (use: string) => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${use}`;
const pair = (use: string): KeyPair => ({ certificate: 'x', privateKey: arn(use) });
const configuration = {
  serviceProvider: { entityId: undefined, signing: pair('signing'), decryption: pair('decryption') },
} as Configuration;

test('a key is read by the ARN of the configuration', () => {
  expect(readLocalKeys([`${arn('signing')}=${key}`], configuration)).toEqual(new Map([[arn('signing'), pem]]));
});

test.each([
  ['no form', 'key.pem', 'write arn:aws:secretsmanager:'],
  ['an ARN that nobody names', `${arn('other')}=${key}`, `the private keys of the configuration are ${arn('signing')}`],
  ['a file that is not there', `${arn('signing')}=/nowhere.pem`, '/nowhere.pem is no private key'],
  ['a file that holds no key', `${arn('signing')}=${file('text.pem', 'text')}`, 'is no private key in PEM'],
])('%s is told', (_, text, says) => {
  expect(() => readLocalKeys([text], configuration)).toThrow(says);
});

test('what has no key here is left out, and said so', () => {
  const { configuration: here, leftOut } = withLocalKeys(configuration, new Map([[arn('signing'), pem]]));
  expect(leftOut).toEqual(['decryption']);
  expect(here.serviceProvider).toEqual({ entityId: undefined, signing: pair('signing'), decryption: undefined });
  const nothing = { serviceProvider: {} } as Configuration;
  expect(withLocalKeys(nothing, new Map())).toEqual({ configuration: nothing, leftOut: [] });
});
