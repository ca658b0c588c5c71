// The canary against real doors: what must succeed and what must be refused.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from '../../lambdas/canary.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import type { NetworkRequest } from '../../lib/network/network.ts';
import { problemsOf } from '../config/problems.ts';
import { aPermission } from '../kit/builders.ts';
import { anAccount, aStack, type RunningStack } from '../kit/stack.ts';

const file = (operations: object) => ({
  url: 'https://access.acme.example',
  providers: {
    fleet: { aws: { accounts: [anAccount] } },
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
  },
  grants: {
    canary: {
      from: 'fleet',
      when: { StringEquals: { role: 'daypass.canary' } },
      way: 'chain',
      role: { permissions: [aPermission()] },
    },
    other: { from: 'app', when: 'anyone', role: { permissions: [aPermission()] } },
  },
  operations,
});

let stack: RunningStack;
let rim: Rim | undefined;
beforeAll(async () => {
  stack = await aStack({
    configuration: loadConfiguration(file({ canary: 'canary' })),
    rim: (given, door) => {
      if (door === 'credentials') rim = given;
      return given;
    },
  });
});
afterAll(() => stack?.stop());

/** As the template has it, with its own role, and the doors where they are on this machine. */
async function sung(answer: (request: NetworkRequest) => Promise<Response>) {
  if (!rim?.embeddedAws) throw new Error('No door was opened.');
  const lines: string[] = [];
  const { accessKeyId, secretAccessKey } = stack.administrator;
  const roleArn = `arn:aws:iam::${anAccount}:role/daypass/doors/daypass.canary`;
  const credentials = await stack.roleCredentials(roleArn);
  expect([accessKeyId, secretAccessKey]).not.toContain(credentials.accessKeyId);
  const sing = open({
    ...rim,
    environment: () => ({ ...(rim as Rim).environment(), canaryGrant: 'canary', url: 'https://access.acme.example' }),
    embeddedAws: { ...rim.embeddedAws, credentials: async () => credentials },
    documents: {
      send: async (request) => {
        const response = await answer(request);
        return { status: response.status, body: await response.text() };
      },
    },
    writeLine: (line) => void lines.push(line),
  });
  return {
    outcome: await sing().then(
      () => 'well',
      (error: Error) => error.message,
    ),
    lines,
  };
}

const atTheDoor = ({ body = '', headers = {} }: NetworkRequest) =>
  fetch(`${stack.gateway}/v1/credentials`, { method: 'POST', headers: { ...headers }, body });

test('is well where the first is given and the second refused, and its line has no secret', async () => {
  const { outcome, lines } = await sung(atTheDoor);
  expect(outcome).toBe('well');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { event: 'canary', time: expect.any(String), grant: 'canary', first: 'given', second: 'proof_replayed' },
  ]);
});

test('tells when the first is refused', async () => {
  const { outcome } = await sung(async () => Response.json({ error: 'sts_unavailable' }, { status: 503 }));
  expect(outcome).toBe('The exchange that must succeed came to sts_unavailable.');
});

test('tells when the second is given, too', async () => {
  const { outcome } = await sung(async () => Response.json({ credentials: {} }));
  expect(outcome).toBe('The one that must be refused came to given.');
});

test('tells when what answers is no door', async () => {
  const { outcome } = await sung(async () => new Response('<html>', { status: 502 }));
  expect(outcome).toBe('The exchange that must succeed came to status 502.');
});

test('asks for a grant of AWS accounts only', () => {
  for (const canary of ['other', 'nothing']) {
    expect(problemsOf(file({ canary }))).toContainEqual({
      path: 'operations.canary',
      says: `is "${canary}"; the grants of AWS accounts are canary`,
    });
  }
});
