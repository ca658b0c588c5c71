import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTemplate } from '../../lib/grant/template.ts';
import { federatedName, legalSessionName, sessionName } from '../../lib/session/session-name.ts';
import { anIdentity } from '../kit/builders.ts';

/** STS: RoleSessionName. */
const legal = /^[\w+=,.@-]{2,64}$/;
const marked = /-[0-9a-f]{16}$/;

describe('the name of a federated session', () => {
  const named = (grant: string, template: string) => federatedName(grant, parseTemplate(template), anIdentity());

  test('begins with the grant, where that fits', () => {
    expect(named('long', '{sub}')).toBe('long.alice');
  });

  test.each(['{sub}', '{sub}.{sub}', 'fixed'])('%s is another by another grant, also where it is cut', (template) => {
    const [read, write] = ['customer-reports-read', 'customer-reports-write'].map((grant) => named(grant, template));
    expect(read).not.toBe(write);
    for (const name of [read, write]) expect(name).toMatch(/^[\w+=,.@-]{2,32}$/);
  });
});

describe('a session name', () => {
  test.each(['alice', 'alice@acme.example', 'a,b=c+d.e-f_G', 'ab', 'x'.repeat(64)])('%j stays as it is', (name) => {
    expect(legalSessionName(name)).toBe(name);
  });

  test.each<[name: string, beginning: string]>([
    ['repo:acme/shop:ref:refs/heads/main', 'repo-acme-shop-ref-refs-heads-main-'],
    ['auth0|5f7c8ec7c33c6c004bbafe82', 'auth0-5f7c8ec7c33c6c004bbafe82-'],
    ['Zoë Müller', 'Zo--M-ller-'],
    ['👩‍🚀', '----'],
    ['a', 'a-'],
    ['', '-'],
    ['a b', 'a-b-'],
    ['alice\n', 'alice--'],
    ['x'.repeat(65), `${'x'.repeat(47)}-`],
  ])('%j is fitted and marked', (name, beginning) => {
    const fitted = legalSessionName(name);
    expect(fitted).toMatch(legal);
    expect(fitted).toMatch(marked);
    expect(fitted.slice(0, -16)).toBe(beginning);
  });

  test('that looks marked already is marked, so that nobody can pick the name of another', () => {
    const taken = legalSessionName('alice smith');
    expect(legalSessionName(taken)).not.toBe(taken);
    expect(legalSessionName(taken)).toMatch(legal);
  });

  test('is the same every time', () => {
    expect(legalSessionName('alice smith')).toBe(legalSessionName('alice smith'));
  });

  const short = fc.string({ unit: fc.constantFrom('a', 'b', '-', ' ', ':', 'ü'), maxLength: 3 });
  const long = fc.tuple(fc.constantFrom('x'.repeat(47), 'x'.repeat(62)), short).map((parts) => parts.join(''));
  const anything = fc.string({ unit: 'binary' });
  const names = fc.oneof(short, long, anything);
  const lookalikes = fc.oneof(
    names,
    names.map(legalSessionName),
    names.map((name) => legalSessionName(legalSessionName(name))),
  );

  test('is always one that STS takes', () => {
    const stays = (name: string) => {
      expect(legalSessionName(name)).toMatch(legal);
    };
    fc.assert(fc.property(lookalikes, stays), { numRuns: 1_000 });
  });

  test('is never shared by two', () => {
    fc.assert(
      fc.property(lookalikes, lookalikes, (one, other) => {
        fc.pre(one !== other);
        expect(legalSessionName(one)).not.toBe(legalSessionName(other));
      }),
      { numRuns: 2_000 },
    );
    // All at once, so that every pair is seen.
    fc.assert(
      fc.property(fc.uniqueArray(lookalikes, { maxLength: 60 }), (list) => {
        expect(new Set(list.map(legalSessionName)).size).toBe(list.length);
      }),
    );
  });
});

describe('a session name from a template', () => {
  const named = (template: string, attributes: Readonly<Record<string, string | readonly string[]>>) => () =>
    sessionName(parseTemplate(template), anIdentity({ attributes }));

  test('has the claims in their places', () => {
    expect(named('{email}', { email: 'alice@acme.example' })()).toBe('alice@acme.example');
    expect(named('ci-{team}.{sub}', { team: 'shop' })()).toMatch(/^ci-shop\.alice-[0-9a-f]{16}$/);
  });

  test.each<[what: string, attributes: Readonly<Record<string, string | readonly string[]>>, why: string]>([
    ['a missing claim', {}, 'missing or empty'],
    ['a claim without values', { email: [] }, 'missing or empty'],
    ['an empty claim', { email: '' }, 'missing or empty'],
    ['a claim of several values', { email: ['a', 'b'] }, 'has several values'],
  ])('with %s is refused, and the value is not told', (_, attributes, why) => {
    expect(named('{email}', attributes)).toThrow(
      expect.objectContaining({ code: 'session_unrenderable', detail: { claim: 'email', why } }),
    );
  });
});
