// What daypass.yaml says under operations, in the template.

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { deployed, home } from './kit.ts';

const idp = await aSamlIdp();
const address = 'https://idp.acme.example/metadata';
const providers = {
  app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
  corp: { saml: { metadata: address } },
};
const configurationOf = (operations: object): Configuration =>
  loadConfiguration(aConfiguration({ file: { providers, operations } }), {
    documents: documentsOf({ [address]: aMetadata({ certificates: [idp.certificate] }) }),
    now: aMoment,
  });
const plain = deployed(configurationOf({}));

describe('tracing', () => {
  const traced = deployed(configurationOf({ tracing: true }));
  const modes = ({ resources }: typeof plain) =>
    resources('AWS::Lambda::Function').map(({ properties }) => properties.TracingConfig);

  test('is off unless it is asked for, and then no function may speak to X-Ray', () => {
    expect(new Set(modes(plain))).toEqual(new Set([undefined]));
    expect(JSON.stringify(plain.permissions)).not.toContain('xray');
  });

  test('is on for every function, with the two permissions that it takes and no more', () => {
    expect(modes(traced)).toEqual(modes(traced).map(() => ({ Mode: 'Active' })));
    const xray = {
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Resource: '*',
    };
    for (const [name, statements] of Object.entries(traced.permissions)) {
      const tables = (all: readonly unknown[]) => JSON.stringify(all).replaceAll(/DaypassOnceTable[0-9A-F]+/g, 'table');
      const others = statements.filter((each) => !isDeepStrictEqual(each, xray));
      expect([name, statements.length - others.length]).toEqual([name, 1]);
      expect(tables(others)).toBe(tables(plain.permissions[name] ?? []));
    }
  });

  test('passes the AwsSolutions rules', () => {
    const sound = process.exitCode;
    try {
      expect(() => daypassApp({ configuration: configurationOf({ tracing: true }), env: home }).synth()).not.toThrow();
      expect(process.exitCode).toBe(sound);
    } finally {
      process.exitCode = sound;
    }
  });
});

describe('concurrency', () => {
  test('is reserved for the doors that are named, and for no others', () => {
    const made = deployed(configurationOf({ concurrency: { credentials: 50, portal: 5 } }));
    const reserved = made
      .resources('AWS::Lambda::Function')
      .flatMap(({ logicalId, properties: { ReservedConcurrentExecutions: many } }) =>
        many === undefined ? [] : [[logicalId.replace(/^DaypassDoor([a-z]+)Function.*$/, '$1'), many]],
      );
    expect(Object.fromEntries(reserved)).toEqual({ credentials: 50, portal: 5 });
  });
});

describe('throttles', () => {
  test('are those of the table but for what is named', () => {
    const settings = ({ resources }: typeof plain) =>
      resources('AWS::ApiGatewayV2::Stage')[0]?.properties.RouteSettings as Record<string, unknown>;
    const throttles = { 'POST /': { perSecond: 7, burst: 9 } };
    expect(settings(deployed(configurationOf({ throttles })))).toEqual({
      ...settings(plain),
      'POST /': { throttlingRateLimit: 7, throttlingBurstLimit: 9 },
    });
  });
});
