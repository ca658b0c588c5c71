import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { serve } from '../../lambdas/serve.ts';
import { refuseInJson } from '../../lib/dialects/json.ts';
import { aMoment } from '../kit/issuer.ts';

/** What a dialect is told of the cookies. */
async function read(cookies: readonly string[]): Promise<ReadonlyMap<string, string>> {
  let seen: ReadonlyMap<string, string> = new Map();
  const door = serve(
    {
      door: 'health',
      dialect: {
        read: (request) => {
          seen = request.cookies;
        },
        answer: () => ({ status: 200, headers: {}, body: '' }),
        refuse: refuseInJson,
      },
      act: () => Promise.resolve(undefined),
    },
    { audit: () => undefined, clock: () => aMoment },
  );
  const requestContext = { requestId: 'r', http: { sourceIp: '192.0.2.1' } };
  await door(
    { headers: {}, rawPath: '/', requestContext, cookies } as unknown as APIGatewayProxyEventV2,
    {} as Context,
  );
  return seen;
}

const name = '__Host-daypass-browser';

describe('cookies', () => {
  test('are known by their names', async () => {
    expect(await read([`${name}=secret`, 'other=a=b', ' tab=1 ', 'bare'])).toEqual(
      new Map([
        [name, 'secret'],
        ['other', 'a=b'],
        ['tab', '1'],
        ['bare', ''],
      ]),
    );
  });

  test.each(['\u00a0', '\u2000', '\ufeff', '\u3000', '\u000b'])(
    'whose names begin with %j have no __Host- to a browser, and are others to us',
    async (space) => {
      const cookies = await read([`${name}=victim`, `${space}${name}=attacker`]);
      expect(cookies.get(name)).toBe('victim');
      expect((await read([`${space}${name}=attacker`])).has(name)).toBe(false);
    },
  );

  test('that are there twice are not there: nobody could say which is ours', async () => {
    expect((await read([`${name}=a`, 'x=1', `${name}=b`])).has(name)).toBe(false);
    expect((await read([`${name}=a`, `${name}=b`, `${name}=c`])).has(name)).toBe(false);
  });
});
