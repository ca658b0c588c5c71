import { describe, expect, test } from 'vitest';
import { type NewSession, sameSecret, sessions } from '../../../lib/local/aws/sessions.ts';
import { accountOf } from '../../kit/account-of.ts';
import { aMoment } from '../../kit/issuer.ts';

const aSession = (expires = new Date(aMoment.getTime() + 3_600_000)): NewSession => ({
  account: '111122223333',
  principal: { kind: 'role', roleId: 'AROAEXAMPLE', sessionName: 'alice' },
  expires,
});

describe('sessions', () => {
  test('an issued session has keys of AWS’s form, and its key names its account', () => {
    const issued = sessions(() => aMoment).issue(aSession());
    expect(issued).toMatchObject(aSession());
    expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(accountOf(issued.accessKeyId)).toBe('111122223333');
    expect(issued.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(issued.sessionToken.length).toBeLessThan(4096);
  });

  test('no two sessions share a key, a secret or a token', () => {
    const store = sessions(() => aMoment);
    const issued = Array.from({ length: 50 }, () => store.issue(aSession()));
    for (const member of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
      expect(new Set(issued.map((each) => each[member])).size).toBe(50);
    }
  });

  test('a session is found by its own key, by no other, and by none in another store', () => {
    const store = sessions(() => aMoment);
    const issued = store.issue(aSession());
    expect(store.find(issued.accessKeyId)).toBe(issued);
    expect(store.find(issued.accessKeyId.toLowerCase())).toBeUndefined();
    expect(store.find('constructor')).toBeUndefined();
    expect(sessions(() => aMoment).find(issued.accessKeyId)).toBeUndefined();
  });

  test('an expired session can still be found, so that its caller hears that it is expired', () => {
    let now = aMoment;
    const store = sessions(() => now);
    const issued = store.issue(aSession());
    now = new Date(issued.expires.getTime() + 1);
    expect(store.find(issued.accessKeyId)).toBe(issued);
  });

  test('among very many sessions those that have ended are cleared away, and only those', () => {
    let now = aMoment;
    const store = sessions(() => now);
    const lasting = store.issue(aSession(new Date(aMoment.getTime() + 7_200_000)));
    const ending = Array.from({ length: 9_999 }, () => store.issue(aSession()));
    now = new Date(aMoment.getTime() + 3_600_000);
    const newest = store.issue(aSession(new Date(now.getTime() + 900_000)));
    expect(ending.filter(({ accessKeyId }) => store.find(accessKeyId))).toEqual([]);
    expect(store.find(lasting.accessKeyId)).toBe(lasting);
    expect(store.find(newest.accessKeyId)).toBe(newest);
  });

  test.each([
    ['secret', 'secret', true],
    ['secret', 'secreT', false],
    ['secret', 'secret ', false],
    ['', '', true],
    ['', 'a', false],
  ])('"%s" and "%s" are the same secret: %s', (left, right, same) => {
    expect(sameSecret(left, right)).toBe(same);
  });
});
