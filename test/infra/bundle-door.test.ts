import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { carry } from '../../lib/config/carried.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { bundleDoor, type FunctionName, type LeftOut } from '../../lib/infra/bundle-door.ts';
import { routes } from '../../lib/routes.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

const idp = await aSamlIdp();
const configuration = loadConfiguration(
  aConfiguration({
    file: {
      providers: {
        app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
        corp: { saml: { metadata: 'corp.xml', allowUnsolicited: true } },
      },
    },
  }),
  { documents: documentsOf({ 'corp.xml': aMetadata({ certificates: [idp.certificate] }) }), now: aMoment },
);

const doors = [...new Set(routes.map(({ door }) => door))];
const functions: readonly FunctionName[] = [
  ...doors,
  'refresh-metadata',
  'watch-providers',
  'record-audit',
  'sweep-revocations',
  'rotate-key',
  'canary',
];
const folders = new Map(
  functions.map((name) => [name, bundleDoor(name, { 'daypass.json': carry(configuration) })] as const),
);
afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true });
});

const folderOf = (name: FunctionName) => folders.get(name) ?? '';
const filesOf = (name: FunctionName) => readdirSync(folderOf(name)).sort();
const codeOf = (name: FunctionName, file = 'index.js') => readFileSync(join(folderOf(name), file), 'utf8');

test.each([
  ['without a SAML provider and AWS accounts', ['aws', 'saml'], []],
  ['without a SAML provider', ['saml'], ['aws.js']],
  ['without AWS accounts', ['aws'], ['saml.js']],
] as const)('%s the credentials door has nothing that reads what they prove', (_, leftOut, there) => {
  const folder = bundleDoor('credentials', {}, [...leftOut, 'chain', 'federation', 'vouch']);
  expect(readdirSync(folder).sort()).toEqual([...there, 'index.js', 'package.json', 'store.js'].sort());
  rmSync(folder, { recursive: true });
});

/** What a script says to JSON, run by a Node of its own in the folder of a bundle, outside Lambda. */
function runIn(name: FunctionName, script: string): unknown {
  const { AWS_LAMBDA_FUNCTION_NAME: _, NODE_OPTIONS: __, ...env } = process.env;
  const said = execFileSync(process.execPath, ['-e', script], { cwd: folderOf(name), env, encoding: 'utf8' });
  return JSON.parse(said);
}

/** By what survives minifying: texts, and the names of globals. */
const marks = {
  xml: ['@xmldom', 'xmldom', 'DOMParser', 'parseFromString', 'xpath', 'XPath'],
  samlVerification: ['xml-crypto', 'SignedXml', 'xmldsig', 'xmlenc', 'urn:oasis:names:tc:SAML'],
  samlify: ['samlify', 'wantAuthnRequestsSigned'],
  awsSdk: ['@aws-sdk', 'smithy', 'DynamoDB_20120810', 'X-Amz-Target', 'x-amz-target'],
  tokens: ['openid-configuration', 'jwks_uri'],
  synthesis: ['valibot', 'aws-cdk', 'tag:yaml.org', 'dynalite', 'oidc-provider'],
};

const markedIn = (code: string, ...kinds: readonly (keyof typeof marks)[]) =>
  kinds.flatMap((kind) => marks[kind]).filter((mark) => code.includes(mark));

describe('bundles', () => {
  const ways = ['chain', 'federation', 'vouch'] as const;
  /** Beside `index.js`: what the ways of issuing take that sign something, what reads SAML responses, and what speaks to the table. */
  const later: Partial<Record<FunctionName, readonly LeftOut[]>> = {
    console: [...ways, 'aws', 'saml', 'store'],
    'container-credentials': [...ways, 'store'],
    credentials: [...ways, 'aws', 'saml', 'store'],
    explain: ['aws', 'store'],
    grants: ['aws', 'store'],
    portal: ways,
    'sts-query': [...ways, 'aws', 'saml', 'store'],
    'token-exchange': [...ways, 'aws', 'saml', 'store'],
  };

  test.each(doors)('the door %s is one file with the configuration, and what it loads when it is needed', (door) => {
    const others = later[door] ?? [];
    const scripts = others.map((name) => `${name}.js`);
    expect(filesOf(door)).toEqual(['daypass.json', 'index.js', 'package.json', ...scripts].sort());
    const imports = Object.fromEntries(others.map((name) => [`#${name}`, `./${name}.js`]));
    expect(JSON.parse(codeOf(door, 'package.json'))).toEqual({
      type: 'commonjs',
      ...(others.length > 0 && { imports }),
    });
  });

  test.each(['container-credentials', 'token-exchange', 'console'] as const)('%s is at most 72 KB', (door) => {
    expect(Buffer.byteLength(codeOf(door))).toBeLessThanOrEqual(72 * 1024);
  });

  test('the credentials door is at most 64 KB', () => {
    expect(Buffer.byteLength(codeOf('credentials'))).toBeLessThanOrEqual(64 * 1024);
  });

  test.each([
    'console',
    'container-credentials',
    'credentials',
    'discovery',
    'grants',
    'health',
    'sts-query',
    'token-exchange',
  ] as const)('%s has no byte of XML, SAML or the AWS SDK in it', (door) => {
    expect(markedIn(codeOf(door), 'xml', 'samlVerification', 'samlify', 'awsSdk')).toEqual([]);
  });

  test('the marks by which that is judged are there in what is loaded later', () => {
    const later = codeOf('credentials', 'saml.js');
    for (const kind of ['xml', 'samlVerification', 'awsSdk'] as const) {
      expect(markedIn(later, kind), kind).not.toEqual([]);
    }
    expect(markedIn(codeOf('sign-in'), 'samlify')).not.toEqual([]);
    expect(markedIn(codeOf('grants'), 'tokens')).not.toEqual([]);
  });

  test('what reads signed AWS requests is at most 20 KB, and has nothing of the AWS SDK', () => {
    const code = codeOf('credentials', 'aws.js');
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(20 * 1024);
    expect(markedIn(code, 'xml', 'samlVerification', 'awsSdk')).toEqual([]);
    expect(code).toContain('x-daypass-audience');
    expect(codeOf('credentials')).not.toContain('x-daypass-audience');
  });

  test('what verifies responses has no samlify', () => {
    expect(markedIn(codeOf('acs'), 'samlify')).toEqual([]);
    expect(markedIn(codeOf('credentials', 'saml.js'), 'samlify')).toEqual([]);
  });

  test('the portal has nothing that reads XML', () => {
    expect(markedIn(codeOf('portal'), 'xml', 'samlVerification', 'samlify')).toEqual([]);
  });

  test('the metadata of ourselves needs no AWS SDK, and no tokens', () => {
    expect(markedIn(codeOf('metadata'), 'awsSdk', 'tokens')).toEqual([]);
  });

  test('whoever begins a sign-in meets nothing that takes tokens', () => {
    expect(markedIn(codeOf('sign-in'), 'tokens')).toEqual([]);
  });

  test.each(functions)('%s has nothing of synthesis or of the local stack in it', (name) => {
    expect(markedIn(codeOf(name), 'synthesis')).toEqual([]);
  });

  test('the health door carries nothing of the exchange', () => {
    const code = codeOf('health');
    expect(code).not.toContain('AssumeRoleWith');
    expect(markedIn(code, 'tokens')).toEqual([]);
  });

  test('every file in lambdas that is a function is a row of the route table, or runs on a schedule or by a log', () => {
    const found = readdirSync('lambdas').filter((name) =>
      /^export const handler/m.test(readFileSync(join('lambdas', name), 'utf8')),
    );
    expect(found.sort()).toEqual(functions.map((name) => `${name}.ts`).sort());
  });
});

describe('outside Lambda', () => {
  test.each(functions)('%s loads, and its handler is for Lambda only', (name) => {
    const script = `const { open, handler, ...more } = require('./index.js');
      handler({}, {}).then(() => 'answered', ({ message }) => message).then((said) => console.log(JSON.stringify(
        [typeof open, typeof handler, Object.keys(more), said])));`;
    expect(runIn(name, script)).toEqual([
      'function',
      'function',
      [],
      'This handler is for AWS Lambda. Elsewhere open the door with a rim of your own.',
    ]);
  });

  test('the credentials door loads what reads responses with the first response, and not before', () => {
    const script = `const { readFileSync } = require('node:fs');
      const { open } = require('./index.js');
      const unreachable = { send: () => Promise.reject(new Error('unreachable')) };
      const door = open({
        environment: () => ({ configurationFile: 'daypass.json', accountId: '111122223333', partition: 'aws',
          region: 'eu-central-1', url: 'https://access.acme.example', table: 'once' }),
        configuration: (file) => readFileSync(file, 'utf8'),
        documents: unreachable, sts: unreachable, clock: () => new Date(), writeLine: () => undefined,
      });
      const isLoaded = () => Object.keys(require.cache).some((file) => file.endsWith('saml.js'));
      const ask = async (body) => {
        const event = { headers: { 'content-type': 'application/json' }, rawPath: '/v1/credentials',
          requestContext: { requestId: 'r', http: { sourceIp: '192.0.2.1' } }, body: JSON.stringify(body) };
        const { statusCode, body: answer } = await door(event, {});
        return [statusCode, JSON.parse(answer).error, isLoaded()];
      };
      (async () => console.log(JSON.stringify([
        isLoaded(),
        await ask({ grant: 'files', token: 'not.a.token' }),
        await ask({ grant: 'files', samlResponse: 'PHNhbWw+' }),
      ])))();`;
    expect(runIn('credentials', script)).toEqual([
      false,
      [401, 'proof_not_verified', false],
      [401, 'proof_not_verified', true],
    ]);
  });
});
