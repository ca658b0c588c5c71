import { readFileSync } from 'node:fs';
import type { HttpAnswer, HttpRequest } from '../../lib/dialects/http.ts';
import { Refusal } from '../../lib/refusal.ts';

/** An answer as it was written down by hand, to the last byte. */
export const golden = (name: string): HttpAnswer =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as HttpAnswer;

export const json = { 'content-type': 'application/json' };

export const aRequest = (
  body: string | Buffer | object,
  headers: Readonly<Record<string, string>> = json,
): HttpRequest => ({
  headers: new Map(Object.entries(headers)),
  cookies: new Map(),
  pathParameters: new Map(),
  path: '/',
  method: 'POST',
  query: '',
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

/** The refusal a reader throws; anything else it throws goes on. */
export function refusalOf(read: () => unknown): Refusal | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
