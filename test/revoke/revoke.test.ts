import { describe, expect, test } from 'vitest';
import { carry, unpack } from '../../lib/config/carried.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { concernedRoles } from '../../lib/revoke/concerned-roles.ts';
import type { Holder } from '../../lib/revoke/enforce.ts';
import { revocationsIn } from '../../lib/revoke/revocation.ts';
import { lift, type RevokeMeans, revoke, sweep } from '../../lib/revoke/revoke.ts';
import { aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { aStore } from '../kit/store.ts';
import { account, aRole, aRoleStore, aSession, roleArn } from './kit.ts';

const idp = await aSamlIdp();
const by = 'arn:aws:iam::111122223333:user/ops';
const alice = { kind: 'person', provider: 'app', subject: 'alice' } as const;
const later = (hours: number) => new Date(aMoment.getTime() + hours * 3_600_000);

function means(changes: Partial<RevokeMeans> = {}, iam = aRoleStore()) {
  const roles = [
    aRole(),
    aRole({ arn: roleArn('daypass-reports'), grants: ['reports'] }),
    aRole({ arn: roleArn('daypass-support'), grants: ['support'], people: [] }),
  ];
  return { roles, policies: iam.policies, account, now: aMoment, ...changes, store: aStore(), iam };
}

describe('revoking', () => {
  test('a person denies him in every role that he can have, and in no other', async () => {
    const each = means();
    const { changed, roles } = await revoke({ target: alice, by, reason: 'left' }, each);
    expect(changed).toBe(true);
    expect(roles.map(({ role, outcome }) => [role, outcome])).toEqual([
      [roleArn(), 'denied'],
      [roleArn('daypass-reports'), 'denied'],
    ]);
    expect([...each.iam.documents.keys()]).toEqual(['daypass-files', 'daypass-reports']);
    expect(await revocationsIn(each.store, aMoment)).toEqual([
      { ...alice, at: aMoment.toISOString(), by, reason: 'left' },
    ]);
  });

  test('twice is the same as once', async () => {
    const each = means();
    await revoke({ target: alice, by }, each);
    const { changed, roles } = await revoke({ target: alice, by }, each);
    expect(changed).toBe(false);
    expect(roles.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(await revocationsIn(each.store, aMoment)).toHaveLength(1);
    // IAM may show what was there a moment ago, so what an operator wants is written whatever it shows.
    expect(each.iam.writes).toHaveLength(4);
  });

  test('a grant again takes what was given since', async () => {
    const each = means();
    const target = { kind: 'grant', grant: 'files' } as const;
    await revoke({ target, by }, each);
    const { roles } = await revoke({ target, by }, { ...each, now: later(1) });
    expect(roles[0]?.outcome).toBe('denied');
    expect(each.iam.documents.get('daypass-files')).toContain('2026-06-01T13:01:50Z');
  });

  test('only asked for writes nothing and tells what it would', async () => {
    const each = means({ dryRun: true });
    const { roles } = await revoke({ target: alice, by }, each);
    expect(roles[0]).toMatchObject({ outcome: 'denied', document: expect.stringContaining('"alice"') });
    expect([each.iam.writes, each.store.items]).toEqual([[], []]);
  });

  test('in a role of another account tells what must be written there', async () => {
    const elsewhere = 'arn:aws:iam::444455556666:role/daypass-elsewhere';
    const each = means({ roles: [aRole(), aRole({ arn: elsewhere })] });
    const { roles } = await revoke({ target: alice, by }, each);
    expect(roles[1]).toMatchObject({
      role: elsewhere,
      outcome: 'elsewhere',
      document: expect.stringContaining('Deny'),
    });
    expect([...each.iam.documents.keys()]).toEqual(['daypass-files']);
  });

  test('where IAM has less room is coarser, and where it has none says so', async () => {
    const sessions = Array.from({ length: 10 }, (_, index) =>
      aSession({ key: `ASIA${'0'.repeat(15)}${index}`, recorded: `2026-06-01T11:3${index}:00.000Z` }),
    );
    const tight = means({}, aRoleStore({ room: 2100 }));
    for (const target of sessions.slice(0, -1)) await revoke({ target, by }, tight);
    const { roles } = await revoke({ target: sessions.at(-1) ?? alice, by }, tight);
    expect(roles[0]).toMatchObject({ outcome: 'denied', warnings: [expect.stringContaining('10 sessions')] });
    const full = means({}, aRoleStore({ room: 10 }));
    expect((await revoke({ target: alice, by }, full)).roles[0]).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining('no room'),
    });
  });

  test('a session of a role that no grant gives any more tells that it was not denied', async () => {
    const fails = Object.assign(new Error('no'), { name: 'AccessDenied' });
    const { roles } = await revoke(
      { target: aSession({ role: roleArn('gone') }), by },
      means({}, aRoleStore({ fails })),
    );
    expect(roles).toEqual([expect.objectContaining({ role: roleArn('gone'), outcome: 'failed', why: 'AccessDenied' })]);
  });

  test('where IAM says no keeps the revocation, and tells', async () => {
    const fails = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const each = means({}, aRoleStore({ fails }));
    const { roles } = await revoke({ target: alice, by }, each);
    expect(roles[0]).toMatchObject({ outcome: 'failed', why: 'AccessDeniedException' });
    expect(await revocationsIn(each.store, aMoment)).toHaveLength(1);
  });
});

describe('lifting', () => {
  test('allows again what was denied because of it, and nothing else', async () => {
    const each = means();
    await revoke({ target: alice, by }, each);
    await revoke({ target: aSession(), by }, each);
    const { changed, roles } = await lift(alice, each);
    expect([changed, roles.map(({ outcome }) => outcome)]).toEqual([true, ['denied', 'cleared']]);
    expect(each.iam.documents.get('daypass-files')).not.toContain('"alice"');
    expect(each.iam.documents.has('daypass-reports')).toBe(false);
  });
});

/** IAM whose first answer comes when it is told to. */
function slowIam() {
  const iam = aRoleStore();
  let answer = () => {};
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let isFirst = true;
  const get = async (holder: Holder) => {
    const waits = isFirst;
    isFirst = false;
    if (waits) await told;
    return iam.policies.get(holder);
  };
  return { ...iam, policies: { ...iam.policies, get }, answer: () => answer() };
}
const mallory = { kind: 'person', provider: 'app', subject: 'mallory' } as const;
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('two at once', () => {
  test('deny what both revoked, whoever writes last', async () => {
    const iam = slowIam();
    const each = means({ roles: [aRole()] }, iam);
    const first = revoke({ target: alice, by }, each);
    await settled();
    await revoke({ target: mallory, by }, each);
    iam.answer();
    expect((await first).roles.map(({ outcome }) => outcome)).toEqual(['denied']);
    expect(iam.documents.get('daypass-files')).toMatch(/"alice","mallory"/);
  });

  test('of which one is the sweep leave nothing allowed', async () => {
    const iam = slowIam();
    const each = means({ roles: [aRole()] }, iam);
    const sweeping = sweep(each);
    await settled();
    await revoke({ target: mallory, by }, each);
    iam.answer();
    await sweeping;
    expect(iam.documents.get('daypass-files')).toContain('"mallory"');
  });

  test('of which one is the sweep are both denied, whatever IAM shows the sweep', async () => {
    const iam = aRoleStore();
    const each = means({ roles: [aRole()] }, iam);
    await revoke({ target: alice, by }, each);
    iam.documents.clear();
    let shown: string | undefined;
    let isFirst = true;
    const policies = {
      ...iam.policies,
      get: async (holder: Holder) => shown ?? iam.policies.get(holder),
      async put(holder: Holder, document: string) {
        if (isFirst) {
          isFirst = false;
          await revoke({ target: mallory, by }, each);
          // What the operator wrote, a moment after it was overwritten.
          shown = iam.documents.get('daypass-files');
        }
        return iam.policies.put(holder, document);
      },
    };
    await sweep({ ...each, policies });
    expect(iam.documents.get('daypass-files')).toMatch(/"alice","mallory"/);
  });

  test('who do not come to an end are told, and not that it is denied', async () => {
    const each = means({ roles: [aRole()] });
    let others = 0;
    const put = async (holder: Holder, document: string) => {
      await revoke({ target: { ...alice, subject: `other-${others++}` }, by }, { ...each, roles: [] });
      return each.iam.policies.put(holder, document);
    };
    const revoking = revoke({ target: alice, by }, { ...each, policies: { ...each.iam.policies, put } });
    await expect(revoking).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

test('what IAM shows from a moment ago keeps nobody from being denied again', async () => {
  const iam = aRoleStore();
  let shown: string | undefined;
  const get = async (holder: Holder) => shown ?? iam.policies.get(holder);
  const each = means({ roles: [aRole()], policies: { ...iam.policies, get } }, iam);
  await revoke({ target: alice, by }, each);
  shown = iam.documents.get('daypass-files');
  await lift(alice, each);
  expect(iam.documents.size).toBe(0);
  await revoke({ target: alice, by }, each);
  expect(iam.documents.get('daypass-files')).toContain('"alice"');
});

describe('the IAM user behind federated sessions', () => {
  const user = `arn:aws:iam::${account}:user/daypass-federation`;
  const ofUser = () => means({ roles: [aRole({ arn: user, grants: ['long'] })] });

  test('is written like a role', async () => {
    const each = ofUser();
    const { roles } = await revoke({ target: alice, by }, each);
    expect(roles).toEqual([expect.objectContaining({ role: user, outcome: 'denied' })]);
    expect(each.iam.holders).toEqual([{ kind: 'user', name: 'daypass-federation' }]);
  });

  test('keeps a grant denied for the 36 hours that its sessions may last', async () => {
    const each = ofUser();
    await revoke({ target: { kind: 'grant', grant: 'long' }, by }, each);
    await sweep({ ...each, now: later(36) });
    expect(each.iam.documents.get('daypass-federation')).toContain('TokenIssueTime');
    await sweep({ ...each, now: later(37) });
    expect(each.iam.documents.size).toBe(0);
  });
});

describe('the sweep', () => {
  test('takes out what is over', async () => {
    const each = means();
    await revoke({ target: aSession(), by }, each);
    await revoke({ target: { kind: 'grant', grant: 'reports' }, by }, each);
    await sweep({ ...each, now: later(13) });
    expect(each.iam.documents.size).toBe(0);
    expect((await revocationsIn(each.store, later(13))).map(({ kind }) => kind)).toEqual(['grant']);
  });

  test('puts back what somebody took out, and leaves the rest alone', async () => {
    const each = means();
    await revoke({ target: alice, by }, each);
    each.iam.documents.delete('daypass-files');
    const outcomes = await sweep(each);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['denied', 'unchanged', 'unchanged']);
    expect(each.iam.documents.get('daypass-files')).toContain('"alice"');
  });
});

describe('the roles of a configuration', () => {
  const role = { permissions: [aPermission()] };
  const configuration = loadConfiguration(
    {
      providers: {
        app: { oidc: { issuer: 'https://login.acme.example/eu', audiences: ['web'] } },
        corp: { saml: { metadata: 'corp.xml' } },
      },
      grants: {
        files: { from: 'app', when: 'anyone', role },
        old: { from: 'app', when: 'anyone', role: { arn: roleArn('old') } },
        older: { from: 'app', when: 'anyone', role: { arn: roleArn('old') } },
        support: { from: 'corp', when: 'anyone', role },
      },
    },
    { documents: documentsOf({ 'corp.xml': aMetadata({ certificates: [idp.certificate] }) }), now: aMoment },
  );
  const roles = concernedRoles({
    ...unpack(carry(configuration), { accountId: account, partition: 'aws' }),
    issuer: 'https://access.acme.example',
  });

  test('are each there once, with the grants that give it', () => {
    expect(roles.map(({ arn, grants }) => [arn, grants])).toEqual([
      [roleArn(), ['files']],
      [roleArn('old'), ['old', 'older']],
      [roleArn('daypass-support'), ['support']],
    ]);
  });

  test('know their people by the keys that AWS keeps in a session', () => {
    expect(roles[0]?.people).toEqual([
      { provider: 'app', subject: 'login.acme.example/eu:sub', written: 'as it is', also: {} },
    ]);
    expect(roles[1]?.people).toEqual(roles[0]?.people);
    expect(roles[2]?.people).toEqual([
      {
        provider: 'corp',
        subject: 'saml:sub',
        written: 'as it is',
        also: { 'saml:namequalifier': expect.stringMatching(/^[\w+/]{27}=$/) },
      },
    ]);
  });
});
