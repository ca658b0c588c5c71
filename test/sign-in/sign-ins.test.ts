import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../lib/identity/identity.ts';
import { Refusal } from '../../lib/refusal.ts';
import { signInsIn } from '../../lib/sign-in/sign-ins.ts';
import type { Item } from '../../lib/store/store.ts';
import { aMoment } from '../kit/issuer.ts';
import { aSilentStore, aStore } from '../kit/store.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const samlResponse = Buffer.from('<samlp:Response>of alice</samlp:Response>').toString('base64');

const alice = (changed: Partial<Identity> = {}): Identity => ({
  provider: 'corp',
  issuer: 'https://idp.acme.example/saml',
  subject: 'alice@acme.example',
  attributes: {
    texts: new Map([
      ['sub', ['alice@acme.example']],
      ['groups', ['editors-blue', 'staff', '']],
      ['__proto__', ['a']],
      ['constructor', []],
      ['ü "\\\u0000', ['\u2028😀']],
    ]),
    opaque: new Set(['__proto__', 'toString', 'nested']),
    hidden: ['https://aws.amazon.com/tags'],
  },
  unannounced: ['tags'],
  provenUntil: new Date(aMoment.getTime() + 299_999),
  evidence: {
    kind: 'saml',
    samlResponse,
    roles: [
      { roleArn: 'arn:aws:iam::111122223333:role/files', principalArn: 'arn:aws:iam::111122223333:saml-provider/c' },
    ],
    sessionName: 'alice@acme.example',
  },
  once: [{ key: `request#${'a'.repeat(64)}`, until: later(720) }],
  ...changed,
});

async function kept(identity = alice()) {
  const store = aStore();
  const { handle, until } = await signInsIn(store).keep(identity);
  const [item] = store.items;
  if (!item?.value) throw new Error('Nothing was put.');
  return { handle, until, item: { ...item, value: item.value }, store };
}

const proving = (items: readonly Item[], handle: string, now = aMoment) =>
  signInsIn(aStore(items)).prove({ kind: 'sign-in', handle }, now);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error.code;
  throw error ?? new Error('It was not refused.');
}

const withBytes = (item: Item, change: (bytes: Buffer) => Buffer): Item => ({
  ...item,
  value: change(Buffer.from(item.value ?? '', 'base64')).toString('base64'),
});

describe('a sign-in', () => {
  test('is kept, and proved as the same identity', async () => {
    const { handle, item } = await kept();
    expect(await proving([item], handle)).toEqual({ ...alice(), once: [] });
  });

  test('keeps its maps, sets and dates', async () => {
    const { handle, item } = await kept();
    const { attributes, provenUntil } = await proving([item], handle);
    expect(attributes.texts).toBeInstanceOf(Map);
    expect(attributes.texts.get('__proto__')).toEqual(['a']);
    expect([...attributes.texts.keys()]).toEqual([...alice().attributes.texts.keys()]);
    expect(attributes.opaque).toEqual(new Set(['__proto__', 'toString', 'nested']));
    expect(attributes.hidden).toEqual(['https://aws.amazon.com/tags']);
    expect(provenUntil).toEqual(alice().provenUntil);
    expect(Object.hasOwn({}, 'a')).toBe(false);
  });

  test('of a token is kept, too', async () => {
    const evidence = { kind: 'oidc', token: 'a.b.c' } as const;
    const { handle, item } = await kept(alice({ evidence }));
    expect((await proving([item], handle)).evidence).toEqual(evidence);
  });

  test('without a session name is still without one', async () => {
    const evidence = { kind: 'saml', samlResponse, roles: [], sessionName: undefined } as const;
    const { handle, item } = await kept(alice({ evidence }));
    expect((await proving([item], handle)).evidence).toEqual(evidence);
  });

  test('reserves nothing a second time: the response was reserved when it came', async () => {
    const { handle, item } = await kept();
    expect((await proving([item], handle)).once).toEqual([]);
  });

  test('can be proved as often as a person chooses', async () => {
    const { handle, item } = await kept();
    for (let time = 0; time < 3; time += 1) await proving([item], handle);
  });

  test('keeps any attributes', async () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'toString', 'constructor'));
    const texts = fc.array(fc.tuple(names, fc.array(fc.string({ unit: 'grapheme' }))));
    await fc.assert(
      fc.asyncProperty(texts, fc.array(names), fc.string({ unit: 'grapheme' }), async (pairs, opaque, subject) => {
        const attributes = { texts: new Map(pairs), opaque: new Set(opaque), hidden: opaque };
        const { handle, item } = await kept(alice({ attributes, subject }));
        expect(await proving([item], handle)).toMatchObject({ attributes, subject });
      }),
    );
  });
});

describe('the handle', () => {
  test('is an id of 128 bits and a key of 256, and another each time', async () => {
    const handles = await Promise.all(Array.from({ length: 50 }, async () => (await kept()).handle));
    for (const handle of handles) expect(handle).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
    expect(new Set(handles.map((each) => each.slice(0, 22))).size).toBe(50);
    expect(new Set(handles.map((each) => each.slice(23))).size).toBe(50);
  });

  test('fits a cookie', async () => {
    expect((await kept()).handle).toMatch(/^[!#-+\--:<-[\]-~]{1,100}$/);
  });

  test('ends with the proof', async () => {
    expect((await kept()).until).toEqual(alice().provenUntil);
  });
});

describe('the store', () => {
  test('is told an id, an end and what nobody can read', async () => {
    const { handle, item, store } = await kept();
    expect(store.items).toHaveLength(1);
    expect(Object.keys(item).sort()).toEqual(['key', 'until', 'value']);
    expect(item.key).toBe(`sign-in#${handle.slice(0, 22)}`);
    expect(item.until).toEqual(alice().provenUntil);
    const written = JSON.stringify(item) + Buffer.from(item.value, 'base64').toString('latin1');
    const secrets = [
      samlResponse,
      Buffer.from(samlResponse, 'base64').toString('latin1'),
      'alice',
      'acme',
      'corp',
      'editors-blue',
      'arn:aws',
      'provenUntil',
      handle.slice(23),
      Buffer.from(handle.slice(23), 'base64url').toString('latin1'),
    ];
    for (const secret of secrets) expect(written).not.toContain(secret);
  });

  test('is told something else each time, about the same person', async () => {
    const [one, other] = [await kept(), await kept()];
    const bytes = [one, other].map(({ item }) => Buffer.from(item.value, 'base64').subarray(0, 40));
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(false);
    expect(new Set(bytes.map((each) => each.subarray(0, 12).toString('hex'))).size).toBe(2);
  });

  test.each(['keep', 'prove'] as const)('that says no to %s is heard', async (what) => {
    const signIns = signInsIn(aSilentStore(new Refusal('store_unavailable')));
    const proof = { kind: 'sign-in', handle: (await kept()).handle } as const;
    const asked = what === 'keep' ? signIns.keep(alice()) : signIns.prove(proof, aMoment);
    expect(await codeOf(asked)).toBe('store_unavailable');
  });
});

describe('a sign-in ends', () => {
  test.each<[milliseconds: number, proved: boolean]>([
    [0, true],
    [299_998, true],
    [299_999, false],
    [300_000, false],
    [86_400_000, false],
  ])('%i ms later: still proved is %j', async (milliseconds, proved) => {
    const { handle, item } = await kept();
    const now = new Date(aMoment.getTime() + milliseconds);
    // The table rounds ends up to whole seconds, and may forget to tidy up.
    const proof = proving([{ ...item, until: later(1e9) }], handle, now);
    if (proved) expect((await proof).subject).toBe('alice@acme.example');
    else expect(await codeOf(proof)).toBe('sign_in_ended');
  });

  test('when the store has forgotten it', async () => {
    expect(await codeOf(proving([], (await kept()).handle))).toBe('sign_in_ended');
  });

  test('when its item holds nothing', async () => {
    const { handle, item } = await kept();
    expect(await codeOf(proving([{ key: item.key, until: item.until }], handle))).toBe('sign_in_ended');
  });
});

describe('a handle that is none', () => {
  const id = 'i'.repeat(22);
  const key = 'k'.repeat(43);

  test.each([
    '',
    '.',
    id,
    key,
    `${id}.`,
    `.${key}`,
    `${id}${key}`,
    `${id}..${key}`,
    `${id}.${key}.`,
    `${id}.${key}=`,
    `${id}.${key}\n`,
    `\n${id}.${key}`,
    ` ${id}.${key}`,
    `${id}i.${key}`,
    `${id}.${key}k`,
    `${id.slice(1)}#.${key}`,
    `${id.slice(1)}+.${key}`,
    `${id.slice(1)}/.${key}`,
    `${id.slice(1)}ü.${key}`,
    'undefined',
    '__proto__',
    'x'.repeat(100_000),
  ])('%j opens nothing, and the store is not asked', async (handle) => {
    const signIns = signInsIn(aSilentStore(new Error('The store was asked.')));
    expect(await codeOf(signIns.prove({ kind: 'sign-in', handle }, aMoment))).toBe('sign_in_ended');
  });

  test('has nothing of itself in the refusal', async () => {
    const handle = `${id}.${key}`;
    const error: unknown = await proving([], handle).catch((thrown: unknown) => thrown);
    expect(JSON.stringify([(error as Refusal).detail, (error as Refusal).message])).toBe('[{},"sign_in_ended"]');
  });

  test('ends the sign-in, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{22}\.[\w-]{43}$/)), async (handle) => {
        expect(await codeOf(proving([], handle))).toBe('sign_in_ended');
      }),
    );
  });
});

describe('what does not belong together', () => {
  test('a key of another sign-in opens nothing', async () => {
    const [one, other] = [await kept(), await kept()];
    const handle = `${one.handle.slice(0, 22)}.${other.handle.slice(23)}`;
    expect(await codeOf(proving([one.item, other.item], handle))).toBe('sign_in_ended');
  });

  test('an id of another sign-in opens nothing, though its item be put in its place', async () => {
    const [alices, mallorys] = [await kept(), await kept(alice({ subject: 'mallory' }))];
    const swapped = { ...mallorys.item, key: alices.item.key };
    expect(await codeOf(proving([swapped], alices.handle))).toBe('sign_in_ended');
    const underHisKey = `${alices.handle.slice(0, 22)}.${mallorys.handle.slice(23)}`;
    expect(await codeOf(proving([swapped], underHisKey))).toBe('sign_in_ended');
  });
});

describe('what was changed in the store', () => {
  test('is refused, whichever byte it is', async () => {
    const { handle, item } = await kept();
    const { length } = Buffer.from(item.value, 'base64');
    for (let at = 0; at < length; at += at < 32 || at > length - 32 ? 1 : 37) {
      const changed = withBytes(item, (bytes) => bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1));
      expect(await codeOf(proving([changed], handle))).toBe('sign_in_ended');
    }
  });

  test.each([0, 1, 11, 12, 13, 15, 16, 27, 28, 29, 100])('is refused when %i bytes of it are left', async (left) => {
    const { handle, item } = await kept();
    expect(await codeOf(proving([withBytes(item, (bytes) => bytes.subarray(0, left))], handle))).toBe('sign_in_ended');
  });

  test.each([
    ['empty', ''],
    ['no base64', '!!!'],
    ['JSON', '{"subject":"mallory"}'],
  ])('is refused when it is %s', async (_, value) => {
    const { handle, item } = await kept();
    expect(await codeOf(proving([{ ...item, value }], handle))).toBe('sign_in_ended');
  });

  test('is refused with more after it or before it', async () => {
    const { handle, item } = await kept();
    const more = Buffer.from([0]);
    for (const changed of [
      withBytes(item, (bytes) => Buffer.concat([bytes, more])),
      withBytes(item, (bytes) => Buffer.concat([more, bytes])),
    ]) {
      expect(await codeOf(proving([changed], handle))).toBe('sign_in_ended');
    }
  });

  test('does not last longer when its end is put off', async () => {
    const { handle, item } = await kept();
    expect(await codeOf(proving([{ ...item, until: later(86_400) }], handle, later(3600)))).toBe('sign_in_ended');
  });
});
