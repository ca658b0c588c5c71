import { describe, expect, test } from 'vitest';
import { carry, unpack } from '../../lib/config/carried.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

const account = '111122223333';

/** The provider `fleet` beside `app`, and a grant of it where one is given. */
const withFleet = (aws: object, grant?: object) =>
  aConfiguration({
    file: {
      providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } }, fleet: { aws } },
      grants: grant ? { runners: { from: 'fleet', role: { permissions: [aPermission()] }, ...grant } } : {},
    },
  });

const told = (value: unknown) => problemsOf(value).map(({ path, says }) => `${path} ${says}`);
const ofGrant = (grant: object, aws: object = { accounts: [account] }) => told(withFleet(aws, grant));

describe('AWS accounts as a provider', () => {
  test('accounts are all it takes', () => {
    const configuration = loadConfiguration(withFleet({ accounts: [account] }));
    expect(configuration.providers.get('fleet')).toEqual({
      kind: 'aws',
      name: 'fleet',
      accounts: [account],
      clockLeewaySeconds: 60,
    });
  });

  test('all of it is carried to the doors', () => {
    const aws = {
      accounts: [account],
      audiences: ['https://access.acme.example'],
      organization: 'o-exampleorgid',
      clockLeeway: '2m',
    };
    const carried = unpack(carry(loadConfiguration(withFleet(aws))), { accountId: account, partition: 'aws' });
    expect(carried.aws).toEqual([
      {
        name: 'fleet',
        accounts: [account],
        audiences: ['https://access.acme.example'],
        organization: 'o-exampleorgid',
        clockLeewaySeconds: 120,
      },
    ]);
  });

  test.each([
    [{}, 'providers.fleet.aws.accounts is missing'],
    [{ accounts: [] }, 'providers.fleet.aws.accounts must not be empty: empty means none'],
    [{ accounts: [111122223333] }, 'providers.fleet.aws.accounts[0] is 111122223333; must be an account ID in quotes'],
    [{ accounts: ['*'] }, 'providers.fleet.aws.accounts[0] is "*"; must be an account ID of 12 digits, in quotes'],
    [{ accounts: ['1111222233334'] }, 'must be an account ID of 12 digits'],
    [{ accounts: [account, account] }, `providers.fleet.aws.accounts[1] is "${account}", which is already at fleet`],
    [{ accounts: [account], audiences: [] }, 'providers.fleet.aws.audiences must not be empty'],
    [{ accounts: [account], audiences: ['a b'] }, 'must be 1 to 255 visible ASCII characters'],
    [{ accounts: [account], audiences: ['a\r\nx-evil: 1'] }, 'must be 1 to 255 visible ASCII characters'],
    [{ accounts: [account], organization: 'acme' }, 'must be the ID of an organization'],
    [{ accounts: [account], clockLeeway: '6m' }, 'it must be a duration of at most 300 seconds'],
    [{ accounts: [account], roles: ['ci'] }, 'providers.fleet.aws.roles is not known here'],
  ])('%j is refused', (aws, says) => {
    expect(told(withFleet(aws)).join('\n')).toContain(says);
  });

  test('an account is of one provider', () => {
    const other = {
      providers: { a: { aws: { accounts: [account] } }, b: { aws: { accounts: [account] } } },
      grants: {},
    };
    expect(told(other)).toEqual([`providers.b.aws.accounts[0] is "${account}", which is already at a`]);
  });

  test('a provider is of one kind', () => {
    const both = { aws: { accounts: [account] }, oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };
    expect(told({ providers: { both }, grants: {} })).toEqual([
      'providers.both must have one of oidc, an OpenID Connect issuer, saml, a SAML identity provider, and aws, AWS accounts',
    ]);
  });
});

describe('a grant of AWS accounts', () => {
  const when = { StringEquals: { role: 'ci-runner' } };

  test('cannot forward, for there is nothing to be forwarded', () => {
    const says =
      "grants.runners.way is forward, which hands on the caller's own token, and a signed request is none; write way: vouch, chain or federation-token";
    expect(ofGrant({ when })).toEqual([says]);
    expect(ofGrant({ when, way: 'forward' })).toEqual([says]);
  });

  test.each([
    [{ oneTime: true }, 'grants.runners.oneTime goes with OIDC'],
    [{ session: { withinProof: true } }, 'grants.runners.session.withinProof goes with OIDC'],
    [{ when: {} }, 'grants.runners.when is empty; write "anyone"'],
    [{ when: { StringEquals: { rol: 'ci' } } }, 'rol is not told of a signed request; did you mean role?'],
    [{ when: { StringEquals: { 'aws:PrincipalArn': 'x' } } }, 'aws:PrincipalArn is not told of a signed request'],
    [{ when: { StringEquals: { organization: 'o-exampleorgid' } } }, 'write organization at provider fleet'],
  ])('%j is refused', (grant, says) => {
    expect(ofGrant({ when, ...grant }).join('\n')).toContain(says);
  });

  test('may ask for the organization that is stated', () => {
    const stated = { accounts: [account], organization: 'o-exampleorgid' };
    const problems = ofGrant({ when: { StringEquals: { organization: 'o-exampleorgid' } } }, stated);
    expect(problems).toEqual([expect.stringContaining('grants.runners.way')]);
  });
});
