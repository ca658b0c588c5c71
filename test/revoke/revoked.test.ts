import { describe, expect, test } from 'vitest';
import { changeRevocations, type Revocation } from '../../lib/revoke/revocation.ts';
import { revokedIn } from '../../lib/revoke/revoked.ts';
import type { Store } from '../../lib/store/store.ts';
import { aGrant, anIdentity, aRoleArn } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aStore } from '../kit/store.ts';
import { aGrantRevoked, aPerson, aRoleRevoked, aSession } from './kit.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

/** A store with these, and how often it was asked. */
async function withRevoked(...revocations: readonly Revocation[]) {
  const store = aStore();
  await changeRevocations(store, () => revocations, aMoment);
  const asked: Date[] = [];
  const get: Store['get'] = (key, now) => {
    asked.push(now);
    return store.get(key, now);
  };
  return { store, asked, revoked: revokedIn({ get }) };
}

describe('an exchange', () => {
  test.each([
    [aPerson(), 'person'],
    [aGrantRevoked(), 'grant'],
    [aRoleRevoked(aRoleArn), 'role'],
  ])('is refused where one of it is revoked: %#', async (revocation, what) => {
    const check = await (await withRevoked(revocation)).revoked(aMoment);
    expect(() => check(anIdentity(), aGrant())).toThrow(expect.objectContaining({ code: 'revoked', detail: { what } }));
  });

  test.each([
    aPerson('bob'),
    aPerson('alice', 'corp'),
    aGrantRevoked('reports'),
    aRoleRevoked(`${aRoleArn}s`),
    // Whoever had it may get another.
    aSession(),
  ])('goes on where something else is: %#', async (revocation) => {
    const check = await (await withRevoked(revocation)).revoked(aMoment);
    expect(() => check(anIdentity(), aGrant())).not.toThrow();
  });

  test('of a subject with a slash is not taken for another provider’s', async () => {
    const check = await (await withRevoked(aPerson('b/c', 'a'))).revoked(aMoment);
    expect(() => check({ provider: 'a/b', subject: 'c' }, aGrant())).toThrow();
    expect(() => check({ provider: 'a', subject: 'b' }, aGrant())).not.toThrow();
  });
});

describe('the table', () => {
  test('is asked once for all who ask within five seconds', async () => {
    const { asked, revoked } = await withRevoked();
    await Promise.all(Array.from({ length: 50 }, () => revoked(aMoment)));
    await revoked(later(4.999));
    expect(asked).toHaveLength(1);
    await revoked(later(5));
    expect(asked).toHaveLength(2);
  });

  test('tells of a new revocation in five seconds at the latest', async () => {
    const { store, revoked } = await withRevoked();
    (await revoked(aMoment))(anIdentity(), aGrant());
    await changeRevocations(store, () => [aPerson()], aMoment);
    const check = await revoked(later(5));
    expect(() => check(anIdentity(), aGrant())).toThrow();
  });

  test('that cannot be asked for a while leaves a door with what it knows, for a minute', async () => {
    let isGone = false;
    const store = aStore();
    await changeRevocations(store, () => [aPerson()], aMoment);
    const revoked = revokedIn({
      get: (key, now) => (isGone ? Promise.reject(new Error('gone')) : store.get(key, now)),
    });
    await revoked(aMoment);
    isGone = true;
    const check = await revoked(later(59));
    expect(() => check(anIdentity(), aGrant())).toThrow();
    await expect(revoked(later(65))).rejects.toThrow('gone');
  });

  test('that cannot be asked lets nobody in, and is asked again by the next', async () => {
    let isGone = true;
    const store = aStore();
    const revoked = revokedIn({
      get: (key, now) => (isGone ? Promise.reject(new Error('gone')) : store.get(key, now)),
    });
    await expect(revoked(aMoment)).rejects.toThrow('gone');
    isGone = false;
    (await revoked(aMoment))(anIdentity(), aGrant());
  });

  test('is asked anew where the clock went back', async () => {
    const { asked, revoked } = await withRevoked();
    await revoked(later(60));
    await revoked(aMoment);
    expect(asked).toHaveLength(2);
  });
});
