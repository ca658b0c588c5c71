// The function of the hourly watch as a plain handler, with a network that is made up.

import { describe, expect, test } from 'vitest';
import { open } from '../../lambdas/watch-providers.ts';
import { providerMetrics } from '../../lib/audit/metrics.ts';
import { carry } from '../../lib/config/carried.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment, anIssuer } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

const issuer = anIssuer();
const idp = await aSamlIdp();
const providers = {
  app: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
  gone: { oidc: { issuer: 'https://gone.acme.example', audiences: ['web'] } },
  corp: { saml: { metadata: 'corp.xml' } },
};
const privateKey = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:daypass/key-AbCdEf';
const saml = { signing: { certificate: 'our.pem', privateKey } };
const configuration = loadConfiguration(aConfiguration({ file: { providers, saml } }), {
  documents: documentsOf({
    'corp.xml': aMetadata({ certificates: [idp.certificate] }),
    'our.pem': `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`,
  }),
  now: aMoment,
});

async function watched(metered?: true): Promise<readonly Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const rim: Rim = {
    environment: () => ({
      configurationFile: 'daypass.json',
      accountId: '111122223333',
      partition: 'aws',
      region: 'us-east-1',
      url: undefined,
      table: undefined,
      issuer: undefined,
      signingKeys: [],
      federationSecret: undefined,
    }),
    configuration: () => carry(configuration),
    documents: issuer.network(),
    sts: { send: () => Promise.reject(new Error('STS was asked.')) },
    clock: () => aMoment,
    writeLine: (line) => void lines.push(JSON.parse(line)),
    ...(metered && { metered }),
  };
  await open(rim)();
  return lines;
}

describe('the hourly watch', () => {
  test('writes a line for each provider, and fails for none of them', async () => {
    const lines = await watched();
    const time = aMoment.toISOString();
    expect(lines).toEqual([
      {
        event: 'provider',
        time,
        provider: 'app',
        kind: 'oidc',
        source: 'fetched',
        keys: 1,
        keySet: expect.any(Number),
      },
      {
        event: 'provider',
        time,
        provider: 'gone',
        kind: 'oidc',
        source: 'unreachable',
        why: 'gone.acme.example could not be reached',
      },
      {
        event: 'provider',
        time,
        provider: 'corp',
        kind: 'saml',
        source: 'file',
        keys: 1,
        daysLeft: expect.any(Number),
        firstEnd: expect.stringMatching(/Z$/),
        keySet: expect.any(Number),
      },
      {
        event: 'provider',
        time,
        provider: 'saml.signing',
        kind: 'ours',
        source: 'file',
        keys: 1,
        daysLeft: expect.any(Number),
        firstEnd: expect.stringMatching(/Z$/),
        keySet: expect.any(Number),
      },
    ]);
  });

  test('tells CloudWatch what it knows, and no number that it does not', async () => {
    const lines = await watched(true);
    const told = lines.map((line) => Object.values(providerMetrics).filter((name) => name in line));
    expect(told).toEqual([
      ['ProviderReachable', 'ProviderKeys', 'ProviderKeySet'],
      ['ProviderReachable'],
      ['ProviderKeys', 'ProviderKeySet', 'ProviderDaysLeft'],
      ['ProviderKeys', 'ProviderKeySet', 'ProviderDaysLeft'],
    ]);
    expect(lines.map((line) => line.ProviderReachable)).toEqual([1, 0, undefined, undefined]);
    for (const line of lines) {
      const { CloudWatchMetrics: directives } = line._aws as {
        CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
      };
      for (const { Namespace, Dimensions, Metrics } of directives) {
        expect([Namespace, Dimensions]).toEqual(['Daypass', [['provider']]]);
        for (const { Name } of Metrics) expect(line[Name]).toEqual(expect.any(Number));
      }
    }
  });
});
