import { describe, expect, test } from 'vitest';
import { changeRevocations, nameOf, type Revocation, revocationsIn } from '../../lib/revoke/revocation.ts';
import type { Store } from '../../lib/store/store.ts';
import { aMoment } from '../kit/issuer.ts';
import { aSilentStore, aStore } from '../kit/store.ts';
import { aGrantRevoked, aPerson, aRoleRevoked, aSession, roleArn } from './kit.ts';

const later = (hours: number) => new Date(aMoment.getTime() + hours * 3_600_000);
const add =
  (...more: readonly Revocation[]) =>
  (all: readonly Revocation[]) => [...all, ...more];

describe('the list', () => {
  test('of nothing is empty', async () => {
    expect(await revocationsIn(aStore(), aMoment)).toEqual([]);
  });

  test('keeps what is put into it, sessions until they end by themselves', async () => {
    const store = aStore();
    await changeRevocations(store, add(aPerson(), aSession()), aMoment);
    expect(await revocationsIn(store, aMoment)).toEqual([aPerson(), aSession()]);
    expect(await revocationsIn(store, later(1))).toEqual([aPerson()]);
    expect(await revocationsIn(store, later(24 * 365 * 10))).toEqual([aPerson()]);
  });

  test('forgets what is over with the next change', async () => {
    const store = aStore();
    await changeRevocations(store, add(aSession()), aMoment);
    await changeRevocations(store, (all) => all, later(1));
    expect(store.items.at(-1)?.value).toBe('[]');
  });

  test('is not written where nothing changes', async () => {
    const store = aStore();
    await changeRevocations(store, (all) => all, aMoment);
    await changeRevocations(store, add(aPerson()), aMoment);
    await changeRevocations(store, (all) => all, aMoment);
    expect(store.items).toHaveLength(1);
  });

  test('loses nothing where two change it at once', async () => {
    const store = aStore();
    const changes = Array.from({ length: 4 }, (_, index) =>
      changeRevocations(store, add(aPerson(`p${index}`)), aMoment),
    );
    await Promise.all(changes);
    expect((await revocationsIn(store, aMoment)).map(nameOf).sort()).toEqual(['app/p0', 'app/p1', 'app/p2', 'app/p3']);
  });

  test('that others change for ever is told of, and so is one that cannot be asked', async () => {
    const busy: Store = { ...aStore(), replace: async () => false };
    await expect(changeRevocations(busy, add(aPerson()), aMoment)).rejects.toMatchObject({ code: 'store_unavailable' });
    const gone = aSilentStore(new Error('gone'));
    await expect(changeRevocations(gone, add(aPerson()), aMoment)).rejects.toThrow('gone');
  });

  test('takes so many and says when it is full, with nothing lost', async () => {
    const store = aStore();
    await changeRevocations(store, () => Array.from({ length: 200 }, (_, index) => aPerson(`p${index}`)), aMoment);
    await expect(changeRevocations(store, add(aPerson()), aMoment)).rejects.toMatchObject({ code: 'revocations_full' });
    expect(await revocationsIn(store, aMoment)).toHaveLength(200);
    await changeRevocations(store, add(aGrantRevoked()), aMoment);
  });
});

test.each([
  [aPerson('a/b', 'corp'), 'corp/a/b'],
  [aGrantRevoked(), 'files'],
  [aRoleRevoked(), roleArn()],
  [aSession(), 'ASIAIOSFODNN7EXAMPLE'],
])('%# is called as an operator writes it', (revocation, name) => {
  expect(nameOf(revocation)).toBe(name);
});
