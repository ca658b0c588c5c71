// GetSessionToken.

import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { alsoByCli, denied, type Group, violation } from '../row.ts';
import { forbids, permits } from '../statements.ts';
import type { World } from '../world.ts';

const notWithSession = (operation: string) => denied(`Cannot call ${operation} with session credentials`);

export function sessionToken(world: World, { ali, bob, fred, hub }: Cast): Group {
  const forbidden = world.user('forbidden', { permissions: [permits('*'), forbids('*')] });
  const signedIn = world.signedIn(ali);
  const inHub = world.session(ali, { RoleArn: hub });
  return {
    name: 'GetSessionToken',
    operation: 'GetSessionToken',
    rows: [
      alsoByCli({
        says: 'gives keys of the account for twelve hours',
        as: ali,
        lasts: 43_200,
        gives: {
          Credentials: {
            AccessKeyId: expect.stringMatching(/^ASIA[Q-Z2-7][A-Z2-7]{15}$/),
            SecretAccessKey: expect.stringMatching(/^.{40}$/),
            SessionToken: expect.stringMatching(/^.{100,4095}$/),
          },
        },
      }),
      { says: 'for a quarter of an hour at least', as: ali, input: { DurationSeconds: 900 }, lasts: 900 },
      alsoByCli({
        says: 'for 36 hours at most',
        as: ali,
        input: { DurationSeconds: 129_600 },
        lasts: 129_600,
      }),
      {
        says: 'not for less',
        as: ali,
        input: { DurationSeconds: 899 },
        refuses: violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
      },
      alsoByCli({
        says: 'not for more',
        as: ali,
        input: { DurationSeconds: 129_601 },
        refuses: violation('129601', 'durationSeconds', 'have value less than or equal to 129600'),
      }),
      { says: 'asks for no permission', as: bob, lasts: 43_200 },
      { says: 'is forbidden by none', as: forbidden, lasts: 43_200 },
      {
        says: 'holds a serial number to its length',
        as: ali,
        input: { SerialNumber: 'GAHT1234', TokenCode: '123456' },
        refuses: violation('GAHT1234', 'serialNumber', 'have length greater than or equal to 9'),
      },
      alsoByCli({
        says: 'refuses a session of a role',
        as: inHub,
        refuses: notWithSession('GetSessionToken'),
      }),
      { says: 'refuses a session of its own', as: signedIn, refuses: notWithSession('GetSessionToken') },
      { says: 'refuses a federated user', as: world.federated(fred), refuses: notWithSession('GetSessionToken') },
      {
        says: 'its session federates nobody',
        as: world.signedIn(fred),
        operation: 'GetFederationToken',
        input: { Name: 'guest' },
        refuses: notWithSession('GetFederationToken'),
      },
      {
        says: 'its session may ask STS for nothing but AssumeRole and GetCallerIdentity',
        as: signedIn,
        operation: 'GetAccessKeyInfo',
        input: { AccessKeyId: 'ASIAY34FZKBOKMUTVV7A' },
        // The documentation says so, and not in which words.
        refuses: denied(/./),
      },
    ],
  };
}
