// What pages are asked with, and what must hold of each of them.

import { expect } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../lib/dialects/http.ts';
import { refusalOf } from './kit.ts';

export const form = { 'content-type': 'application/x-www-form-urlencoded' };

export interface PageRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const aPageRequest = ({
  path = '/',
  headers = {},
  cookies = {},
  pathParameters = {},
  body = '',
  method = 'GET',
}: PageRequest = {}): HttpRequest => ({
  headers: new Map(Object.entries(headers)),
  cookies: new Map(Object.entries(cookies)),
  pathParameters: new Map(Object.entries(pathParameters)),
  path,
  method,
  query: '',
  body: Buffer.from(body),
});

/** A form as browsers encode it. */
export const fields = (pairs: Readonly<Record<string, string>>) => new URLSearchParams(pairs).toString();

/** The code of the refusal a reader throws, and its hint. */
export function noOf(read: () => unknown): readonly [code: string, hint?: unknown] | undefined {
  const refusal = refusalOf(read);
  if (refusal === undefined) return undefined;
  const { hint } = refusal.detail;
  return hint === undefined ? [refusal.code] : [refusal.code, hint];
}

/** What an attacker would put wherever text is shown. */
export const markup = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{}`;
export const escapedMarkup =
  '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;{}';

/** The directives of the content security policy, by name. */
export const policyOf = ({ headers }: HttpAnswer): ReadonlyMap<string, readonly string[]> =>
  new Map(
    (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources] as const;
    }),
  );

/** Nothing runs, nothing frames it, nothing keeps it. */
export function expectLockedPage(answer: HttpAnswer): void {
  const policy = policyOf(answer);
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('base-uri')).toEqual(["'none'"]);
  expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
  expect(policy.get('style-src')).toEqual([expect.stringMatching(/^'sha256-[A-Za-z0-9+/]{43}='$/)]);
  expect(policy.get('form-action')?.[0]).toBe("'self'");
  expect([...policy.keys()].filter((name) => /script|object|frame-src|connect/.test(name))).toEqual([]);
  expect(answer.headers['content-security-policy']).not.toMatch(/unsafe|data:|blob:|http:| \* /);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['referrer-policy']).toBe('same-origin');
  expect(answer.headers['x-frame-options']).toBe('DENY');
  expect(answer.body).not.toMatch(/"\s*javascript:/i);
  // What is in quotes is text; the tests of escaping see to the quotes.
  expect(answer.body.replace(/"[^"]*"/g, '""')).not.toMatch(
    /<(script|iframe|object|embed|base)|<[^>]*\s(on\w+|style)=/i,
  );
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly attributes: readonly string[];
}

/** A `Set-Cookie` in its parts. */
export function cookieIn(line = ''): Cookie {
  const [pair = '', ...attributes] = line.split('; ');
  const at = pair.indexOf('=');
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
}
