import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../lib/check/check-configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

const withOperations = (operations: unknown) => aConfiguration({ file: { operations } });

describe('operations', () => {
  test('are none by default', () => {
    const { operations } = loadConfiguration(aConfiguration());
    expect(operations).toEqual({
      regions: [],
      stackSets: undefined,
      tracing: false,
      concurrency: new Map(),
      throttles: new Map(),
    });
  });

  test('are what is written', () => {
    const throttle = { perSecond: 500, burst: 1000 };
    const { operations } = loadConfiguration(
      withOperations({
        tracing: true,
        concurrency: { credentials: 50 },
        throttles: { 'POST /v1/credentials': throttle },
      }),
    );
    expect(operations).toEqual({
      regions: [],
      stackSets: undefined,
      tracing: true,
      concurrency: new Map([['credentials', 50]]),
      throttles: new Map([['POST /v1/credentials', throttle]]),
    });
  });

  const browsers = 'is of a door for browsers, which is there with a SAML provider only; no provider is one';
  test.each<[path: string, operations: unknown, says: string]>([
    [
      'operations.stackSets.organizationalUnits[0]',
      { stackSets: { organizationalUnits: ['Production'] } },
      'must be the ID of an organizational unit or root',
    ],
    ['operations.stackSets.organizationalUnits', { stackSets: { organizationalUnits: [] } }, 'must not be empty'],
    ['operations.tracing', { tracing: 'yes' }, 'is "yes"; must be true or false'],
    [
      'operations.tracin',
      { tracin: true },
      'did you mean tracing? allowed are regions, canary, stackSets, tracing, concurrency, throttles',
    ],
    ['operations.concurrency.credential', { concurrency: { credential: 1 } }, 'did you mean credentials? allowed are'],
    [
      'operations.concurrency.credentials',
      { concurrency: { credentials: 0 } },
      'is 0; must be a whole number from 1 to 10000',
    ],
    ['operations.concurrency.credentials', { concurrency: { credentials: 1.5 } }, 'is 1.5; must be a whole number'],
    ['operations.concurrency.credentials', { concurrency: { credentials: '5' } }, 'is "5"; must be a whole number'],
    [
      'operations.concurrency.credentials',
      { concurrency: { credentials: 10_001 } },
      'is 10001; must be a whole number',
    ],
    ['operations.regions', { regions: [] }, 'must not be empty: empty means none'],
    ['operations.regions[0]', { regions: ['europe'] }, 'is "europe"; must be a Region such as eu-central-1'],
    ['operations.regions', { regions: ['eu-central-1', 'us-east-1'] }, 'needs url at the top of the file'],
    ['operations.concurrency.portal', { concurrency: { portal: 5 } }, browsers],
    [
      'operations.throttles.POST /v1/credential',
      { throttles: { 'POST /v1/credential': { perSecond: 1, burst: 1 } } },
      'did you mean POST /v1/credentials? allowed are',
    ],
    [
      'operations.throttles.POST /v1/credentials.burst',
      { throttles: { 'POST /v1/credentials': { perSecond: 1, burst: 5001 } } },
      'is 5001; must be a whole number from 1 to 5000',
    ],
    [
      'operations.throttles.POST /v1/credentials.perSecond',
      { throttles: { 'POST /v1/credentials': { perSecond: 0, burst: 1 } } },
      'is 0; must be a whole number from 1 to 10000',
    ],
    [
      'operations.throttles.POST /v1/credentials',
      { throttles: { 'POST /v1/credentials': 5 } },
      'must be an object with perSecond, burst',
    ],
    [
      'operations.throttles.POST /v1/credentials.burst',
      { throttles: { 'POST /v1/credentials': { perSecond: 1 } } },
      'is missing',
    ],
    ['operations.throttles.GET /portal', { throttles: { 'GET /portal': { perSecond: 1, burst: 1 } } }, browsers],
  ])('%s: a sentence', (path, operations, says) => {
    expect(problemsOf(withOperations(operations))).toEqual([{ path, says: expect.stringContaining(says) }]);
  });

  test('are in Regions of one partition', () => {
    const file = { url: 'https://access.acme.example', operations: { regions: ['us-east-1', 'cn-north-1'] } };
    expect(problemsOf(aConfiguration({ file }))).toEqual([
      { path: 'operations.regions[1]', says: expect.stringContaining('of another partition of AWS than us-east-1') },
    ]);
  });

  test('name each Region once', () => {
    const operations = { regions: ['eu-central-1', 'us-east-1', 'eu-central-1'] };
    const file = { url: 'https://access.acme.example', operations };
    expect(problemsOf(aConfiguration({ file }))).toEqual([
      { path: 'operations.regions[2]', says: 'is "eu-central-1", which is there already' },
    ]);
  });

  test('that reserve nearly all of an account are found', () => {
    const found = (credentials: number) =>
      checkConfiguration(loadConfiguration(withOperations({ concurrency: { credentials, console: 1 } }))).filter(
        ({ code }) => code === 'concurrency-near-limit',
      );
    expect(found(899)).toEqual([]);
    expect(found(900)).toEqual([
      { code: 'concurrency-near-limit', path: 'operations.concurrency', says: 'reserves 901 in all' },
    ]);
  });
});
