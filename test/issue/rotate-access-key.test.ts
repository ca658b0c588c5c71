import { describe, expect, test } from 'vitest';
import { type RotationMeans, rotate } from '../../lib/issue/rotate-access-key.ts';
import { accessKeyIn, accessKeyText } from '../../lib/issue/rotated-key.ts';

/** A user with two keys at most, and a secret, as AWS has them. */
function aUser({ works = true }: { readonly works?: boolean } = {}) {
  const keys: string[] = [];
  const texts = new Map<string, string>([['first', 'a random text']]);
  let current = 'first';
  let made = 0;
  const means: RotationMeans = {
    versions: {
      read: async (version) => texts.get(version),
      current: async () => texts.get(current),
      putPending: async (version, text) => void texts.set(version, text),
      promote: async (version) => {
        current = version;
      },
    },
    keys: {
      list: async () => [...keys],
      create: async () => {
        if (keys.length === 2) throw new Error('LimitExceeded');
        keys.push(`AKIA${++made}`);
        return { accessKeyId: `AKIA${made}`, secretAccessKey: `secret ${made}` };
      },
      remove: async (id) => void keys.splice(keys.indexOf(id), 1),
    },
    tryOut: () => (works ? Promise.resolve() : Promise.reject(new Error('not yet'))),
  };
  return { means, keys, currentKey: () => accessKeyIn(texts.get(current) ?? '').accessKeyId };
}

const allSteps = async (version: string, means: RotationMeans) => {
  for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)
    await rotate(step, version, means);
};

describe('a rotation', () => {
  test('gives the user its first key, and each time after that another one in its place', async () => {
    const { means, keys, currentKey } = aUser();
    await allSteps('second', means);
    expect([keys, currentKey()]).toEqual([['AKIA1'], 'AKIA1']);
    await allSteps('third', means);
    expect([keys, currentKey()]).toEqual([['AKIA2'], 'AKIA2']);
  });

  test('of which each step comes twice does it once', async () => {
    const { means, keys } = aUser();
    for (const step of ['createSecret', 'testSecret', 'finishSecret'] as const) {
      await rotate(step, 'second', means);
      await rotate(step, 'second', means);
    }
    expect(keys).toEqual(['AKIA1']);
  });

  test('that was never finished leaves the key in use, and what it made to the next one', async () => {
    const { means, keys, currentKey } = aUser();
    await allSteps('second', means);
    await rotate('createSecret', 'broken', means);
    expect(keys).toEqual(['AKIA1', 'AKIA2']);
    expect(currentKey()).toBe('AKIA1');
    await allSteps('third', means);
    expect([keys, currentKey()]).toEqual([['AKIA3'], 'AKIA3']);
  });

  test('whose key AWS does not take is not finished', async () => {
    const { means } = aUser({ works: false });
    await rotate('createSecret', 'second', means);
    await expect(rotate('testSecret', 'second', means)).rejects.toThrow('not yet');
  });
});

describe('the secret', () => {
  test('holds the key as the SDK takes it', () => {
    const key = { accessKeyId: 'AKIA1', secretAccessKey: 's' };
    expect(accessKeyIn(accessKeyText(key))).toEqual(key);
  });

  test.each(['', 'random text', '{}', '[]', 'null', '{"accessKeyId":1,"secretAccessKey":"s"}'])(
    'without one is told: %s',
    (text) => {
      expect(() => accessKeyIn(text)).toThrow(expect.objectContaining({ code: 'signer_unavailable' }));
    },
  );
});
