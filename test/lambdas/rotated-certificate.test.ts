// An identity provider changes the key it signs with while people sign in: the doors, the hourly job and STS together.

import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open as openRefresh } from '../../lambdas/refresh-metadata.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import { askingFor } from '../kit/asking.ts';
import { aPermission } from '../kit/builders.ts';
import { freePorts } from '../kit/loopback.ts';
import { aMetadata } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes, type SamlIdp } from '../kit/saml-idp.ts';
import { anAccount, aStack, type RunningStack } from '../kit/stack.ts';

const day = 86_400_000;
const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + day) };
/** One identity provider, with the key it has and the key it will have. */
const [old, next] = await Promise.all([aSamlIdp(validity), aSamlIdp(validity)]);
const address = 'https://idp.acme.example/metadata';
const recipient = 'https://signin.aws.amazon.com/saml';
const publishing = (...idps: readonly SamlIdp[]) =>
  aMetadata({ entityId: old.entityId, certificates: idps.map(({ certificate }) => certificate) });

let passed = 0;
const clock = () => new Date(Date.now() + passed);
let published = publishing(old);
let stack: RunningStack;
let refresh: () => Promise<void>;

beforeAll(async () => {
  const port = await freePorts(4);
  const rims: Rim[] = [];
  const configuration = loadConfiguration(
    {
      providers: { corp: { saml: { metadata: address, allowUnsolicited: 'clients', recipients: [recipient] } } },
      grants: { files: { from: 'corp', when: 'anyone', role: { permissions: [aPermission()] } } },
    },
    { documents: new Map([[address, { text: published, readAt: clock().toISOString() }]]), now: clock() },
  );
  stack = await aStack({
    configuration: { ...configuration, url: `http://127.0.0.1:${port}` },
    port,
    clock,
    rim: (rim, door) => {
      if (door === 'credentials') rims.push(rim);
      return rim;
    },
  });
  const [rim] = rims;
  if (!rim?.embeddedAws) throw new Error('The door was not opened.');
  const { embeddedAws } = rim;
  const iam = new IAMClient({ endpoint: stack.aws, region: 'us-east-1', credentials: stack.administrator });
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const arn = Roles.map(({ Arn = '' }) => Arn).find((each) => /MetadataRefresh/.test(each)) ?? '';
  refresh = openRefresh({
    ...rim,
    embeddedAws: { ...embeddedAws, credentials: async () => stack.roleCredentials(arn) },
    documents: { send: async ({ url }) => ({ status: url === address ? 200 : 404, body: published }) },
  });
});
afterAll(() => stack?.stop());

async function signIn(idp: SamlIdp): Promise<string> {
  const samlResponse = idp.response({
    at: clock(),
    audience: `${stack.gateway}/saml/metadata`,
    destination: recipient,
    recipient,
    inResponseTo: null,
    attributes: {
      [`${awsAttributes}Role`]: [
        `arn:aws:iam::${anAccount}:role/daypass-files,arn:aws:iam::${anAccount}:saml-provider/daypass-corp`,
      ],
    },
  });
  const { path, init } = askingFor.credentials('files', { samlResponse });
  const answer = await fetch(stack.gateway + path, init);
  const { error = 'allowed' } = (await answer.json()) as { readonly error?: string };
  return error;
}

const pause = (milliseconds: number) => new Promise((resolve) => void setTimeout(resolve, milliseconds));
/** STS takes an assertion for five minutes: whoever is under way is waited for, so that the clock overtakes nobody. */
async function pass(minutes: number, underWay: () => readonly Promise<string>[]) {
  for (let each = 0; each < minutes; each += 1) {
    passed += 60_000;
    await pause(50);
    await Promise.all(underWay());
  }
}

test('a certificate of an identity provider changes, and no sign-in fails', async () => {
  expect(await signIn(old)).toBe('allowed');
  expect(await signIn(next)).toBe('proof_not_verified');

  let signing = old;
  let isOver = false;
  const results = new Map<SamlIdp, Promise<string>[]>([
    [old, []],
    [next, []],
  ]);
  const underWay = () => [...results.values()].flat();
  const load = (async () => {
    while (!isOver) {
      results.get(signing)?.push(signIn(signing));
      await pause(10);
    }
  })();
  try {
    await pause(200);
    // It tells of its new key, the job of the hour hears, and the doors look again.
    published = publishing(old, next);
    await refresh();
    await pass(6, underWay);
    signing = next;
    await pause(200);
    published = publishing(next);
    await refresh();
    await pass(6, underWay);
    await pause(200);
  } finally {
    isOver = true;
    await load;
  }

  for (const asked of results.values()) {
    expect(asked.length).toBeGreaterThan(10);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['allowed']));
  }
  expect(await signIn(old)).toBe('proof_not_verified');
});

test('where the identity provider signs with a key it never told of, nobody gets in by it', async () => {
  const stranger = await aSamlIdp(validity);
  await refresh();
  expect(await signIn(stranger)).toBe('proof_not_verified');
});
