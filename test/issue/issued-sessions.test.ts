import { describe, expect, test } from 'vitest';
import { issuedSessionsIn } from '../../lib/issue/issued-sessions.ts';
import { aMoment } from '../kit/issuer.ts';
import { aStore } from '../kit/store.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const issued = {
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'the secret key',
    sessionToken: 'the session token',
    expiration: later(3600),
  },
  user: {
    kind: 'assumed-role' as const,
    arn: 'arn:aws:sts::111122223333:assumed-role/files/alice',
    userId: 'AROA:alice',
  },
  told: new Map(),
};
const shown = { accessKeyId: 'ASIAEXAMPLE', sessionToken: 'the session token' };

async function aMemory() {
  const store = aStore();
  const sessions = issuedSessionsIn(store);
  await sessions.keep(issued);
  return { store, sessions };
}

describe('what was issued', () => {
  test('is known by its key and its token', async () => {
    const { sessions } = await aMemory();
    expect(await sessions.find(shown, aMoment)).toEqual({
      arn: 'arn:aws:sts::111122223333:assumed-role/files/alice',
      userId: 'AROA:alice',
      account: '111122223333',
    });
  });

  test.each([
    ['another token', { ...shown, sessionToken: 'the session tokeN' }],
    ['no token', { ...shown, sessionToken: '' }],
    ['another key', { ...shown, accessKeyId: 'ASIAEXAMPLF' }],
  ])('is not known by %s', async (_, asked) => {
    const { sessions } = await aMemory();
    expect(await sessions.find(asked, aMoment)).toBeUndefined();
  });

  test('is forgotten when it ends', async () => {
    const { sessions } = await aMemory();
    expect(await sessions.find(shown, later(3599))).toBeDefined();
    expect(await sessions.find(shown, later(3600))).toBeUndefined();
  });

  test('leaves neither the secret key nor the token in the store', async () => {
    const { store } = await aMemory();
    expect(JSON.stringify(store.items)).not.toMatch(/the secret key|the session token/);
  });
});
