import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration } from '../kit/builders.ts';
import { type Deployed, deployed } from './kit.ts';

const app = { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };
const plain = deployed(loadConfiguration(aConfiguration()));
const withFleet = deployed(
  loadConfiguration(aConfiguration({ file: { providers: { app, fleet: { aws: { accounts: ['444455556666'] } } } } })),
);

/** The names of the doors that have something. */
const doorsWith = ({ permissions }: Deployed, text: string) =>
  Object.keys(permissions)
    .filter((door) => JSON.stringify(permissions[door]).includes(text))
    .sort();

describe('AWS accounts as a provider', () => {
  test('are nothing in IAM, and no function of their own', () => {
    const providers = ({ resources }: Deployed) => resources('AWS::IAM::OIDCProvider').length;
    expect([providers(withFleet), withFleet.types]).toEqual([providers(plain), plain.types]);
    expect(Object.keys(withFleet.permissions)).toEqual(Object.keys(plain.permissions));
  });

  test('let the doors that take signed requests remember them, and read none', () => {
    expect(doorsWith(withFleet, 'aws-request#*')).toEqual([
      'console',
      'credentials',
      'explain',
      'grants',
      'tokenexchange',
    ]);
    expect(doorsWith(withFleet, 'dynamodb:GetItem')).toEqual(doorsWith(plain, 'dynamodb:GetItem'));
    expect(doorsWith(plain, 'aws-request#*')).toEqual([]);
  });

  test('let no door ask AWS for anything: who signed is asked with the signature that came', () => {
    expect(doorsWith(withFleet, 'sts:')).toEqual([]);
  });

  test('tell those doors the address, for which requests are signed', () => {
    const told = ({ environments }: Deployed) =>
      Object.keys(environments)
        .filter((door) => environments[door]?.DAYPASS_URL !== undefined)
        .sort();
    expect(told(plain)).toEqual(['console', 'discovery']);
    expect(told(withFleet)).toEqual(['console', 'credentials', 'discovery', 'explain', 'grants', 'tokenexchange']);
  });
});
