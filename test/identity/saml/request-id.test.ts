import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isBrowserSecret,
  newBrowserSecret,
  newRequestId,
  requestCheck,
  requestEnds,
  requestLifetimeSeconds,
} from '../../../lib/identity/saml/request-id.ts';
import { aMoment } from '../../kit/issuer.ts';

const browserSecret = newBrowserSecret();
const provider = 'acme';
const id = newRequestId({ provider, browserSecret, now: aMoment });
const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

const verdictOn = (text: string, changed: { provider?: string; browserSecret?: string | undefined; now?: Date } = {}) =>
  requestCheck({ provider, browserSecret, now: aMoment, ...changed })(text);

describe('a request id', () => {
  test('is an XML ID', () => {
    expect(id).toMatch(/^_[0-9a-f]{72}$/);
  });

  test('is another each time, in the same second and the same browser', () => {
    const ids = Array.from({ length: 100 }, () => newRequestId({ provider, browserSecret, now: aMoment }));
    expect(new Set(ids).size).toBe(100);
  });

  test('is ours in the browser that asked', () => {
    expect(verdictOn(id)).toBe('ours');
  });

  test('tells nothing of the secret and the provider', () => {
    expect(id).not.toContain(browserSecret);
    expect(id).not.toContain(Buffer.from(browserSecret, 'base64url').toString('hex'));
    expect(id).not.toContain(Buffer.from(provider).toString('hex'));
  });
});

describe('case 59: a request id', () => {
  test('of another browser is foreign', () => {
    expect(verdictOn(id, { browserSecret: newBrowserSecret() })).toBe('foreign');
  });

  test('in a browser without a secret is foreign', () => {
    expect(verdictOn(id, { browserSecret: undefined })).toBe('foreign');
  });

  test.each(['', ' ', 'a', '__proto__', 'undefined', 'null', '0'.repeat(42), '0'.repeat(44), `${'0'.repeat(42)}+`])(
    'made with the secret %j, which is none, is foreign',
    (none) => {
      expect(verdictOn(newRequestId({ provider, browserSecret: none, now: aMoment }), { browserSecret: none })).toBe(
        'foreign',
      );
    },
  );

  test.each(['other', 'ACME', 'acme ', 'acm', 'acme\n', '', '__proto__'])(
    'for another provider, %j, is foreign',
    (another) => {
      expect(verdictOn(id, { provider: another })).toBe('foreign');
      expect(verdictOn(newRequestId({ provider: another, browserSecret, now: aMoment }))).toBe('foreign');
    },
  );

  test('cannot move a character between what it covers', () => {
    const made = id.slice(1, 9);
    const shifted = newRequestId({ provider: `${id.slice(9, 41)}\n${provider}`, browserSecret, now: aMoment });
    expect(verdictOn(`_${made}${id.slice(9, 41)}${shifted.slice(41)}`)).toBe('foreign');
  });

  test('is foreign with any one character changed', () => {
    for (let at = 0; at < id.length; at += 1) {
      const other = id[at] === '0' ? '1' : '0';
      expect(verdictOn(id.slice(0, at) + other + id.slice(at + 1))).toBe('foreign');
    }
  });

  test('is foreign with any one character gone or twice', () => {
    for (let at = 0; at < id.length; at += 1) {
      expect(verdictOn(id.slice(0, at) + id.slice(at + 1))).toBe('foreign');
      expect(verdictOn(id.slice(0, at) + id[at] + id.slice(at))).toBe('foreign');
    }
  });

  test.each<[name: string, text: string]>([
    ['empty', ''],
    ['only the mark', '_'],
    ['another one’s', `_${'0'.repeat(72)}`],
    ['with a digest of nothing', `${id.slice(0, 41)}${'0'.repeat(32)}`],
    ['in capitals', id.toUpperCase()],
    ['with space before', ` ${id}`],
    ['with space after', `${id} `],
    ['with a line end after', `${id}\n`],
    ['with a NUL after', `${id}\u0000`],
    ['twice', `${id}${id}`],
    ['with a letter beyond one byte', `${id.slice(0, -1)}é`],
    ['without its digest', id.slice(0, 41)],
    ['inherited', '__proto__'],
    ['inherited too', 'constructor'],
    ['very long', `_${'a'.repeat(100_000)}`],
  ])('that is %s is foreign', (_name, text) => {
    expect(verdictOn(text)).toBe('foreign');
  });

  test('made younger by its time is foreign', () => {
    const younger = Math.floor(later(3600).getTime() / 1000).toString(16);
    expect(verdictOn(`_${younger}${id.slice(9)}`, { now: later(3600) })).toBe('foreign');
  });

  test('ends 10 minutes later, to the millisecond', () => {
    expect(requestLifetimeSeconds).toBe(600);
    expect(requestEnds(id)).toEqual(later(600));
    expect(verdictOn(id, { now: later(599.999) })).toBe('ours');
    expect(verdictOn(id, { now: later(600) })).toBe('expired');
    expect(verdictOn(id, { now: later(86_400 * 365) })).toBe('expired');
  });

  test('of another browser does not sound expired', () => {
    expect(verdictOn(id, { now: later(601), browserSecret: newBrowserSecret() })).toBe('foreign');
  });

  test('that is any other text is foreign, and none throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^_[0-9a-f]{72}$/)),
        (text) => {
          expect(verdictOn(text)).toBe('foreign');
        },
      ),
    );
  });
});

describe('a browser secret', () => {
  test('has 256 bits and is another each time', () => {
    expect(Buffer.from(browserSecret, 'base64url')).toHaveLength(32);
    expect(isBrowserSecret(browserSecret)).toBe(true);
    expect(newBrowserSecret()).not.toBe(browserSecret);
  });

  test.each([
    undefined,
    '',
    'a',
    `${browserSecret}=`,
    `${browserSecret}a`,
    browserSecret.slice(1),
    ` ${browserSecret}`,
  ])('is not %j', (text) => {
    expect(isBrowserSecret(text)).toBe(false);
  });

  test('is not one with a line end after it', () => {
    expect(isBrowserSecret(`${browserSecret}\n`)).toBe(false);
  });
});
