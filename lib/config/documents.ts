// The files and addresses that a configuration names: what they hold is checked with the rest of it.

import { isRecord } from '../record.ts';

/** What was found under a name, by the name as written. */
export type Documents = ReadonlyMap<string, Document>;
export type Document = { readonly text: string } | { readonly problem: string };

export const noDocuments: Documents = new Map();

/** The names, of a file that need not have its shape yet. */
export function documentNames(file: unknown): readonly string[] {
  const providers = isRecord(file) && isRecord(file.providers) ? Object.values(file.providers) : [];
  const metadata = providers.map((each) => member(member(each, 'saml'), 'metadata'));
  const saml = member(file, 'saml');
  const certificates = ['signing', 'decryption'].map((use) => member(member(saml, use), 'certificate'));
  const names = [...metadata, ...certificates].filter((name) => typeof name === 'string' && name !== '');
  return [...new Set(names)] as readonly string[];
}

const member = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

export const isAddress = (name: string) => /^https?:\/\//i.test(name);
