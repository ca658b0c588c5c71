import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { announcement, parseStartArguments, startUsage } from '../../lib/local/announcement.ts';
import { people } from '../../lib/local/idp/people.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aCertificate } from '../kit/idp-metadata.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';

describe('arguments', () => {
  test('none are needed', () => {
    expect(parseStartArguments([])).toEqual({
      issuers: [],
      secrets: [],
      enabledRegions: [],
      bundled: false,
      help: false,
    });
  });

  test('issuers may be repeated, and keep their order', () => {
    expect(parseStartArguments(['--issuer', 'a=b', '--bundled', '--issuer=c=d'])).toEqual({
      issuers: ['a=b', 'c=d'],
      secrets: [],
      enabledRegions: [],
      bundled: true,
      help: false,
    });
  });

  test('help is asked for', () => {
    expect(parseStartArguments(['--help']).help).toBe(true);
  });

  test.each([[['--isuer', 'x']], [['now']], [['--issuer']], [['--bundled=yes']]])(
    '%j is refused with the usage',
    (args) => {
      expect(() => parseStartArguments(args)).toThrow(startUsage);
    },
  );

  test('an unknown option is named', () => {
    expect(() => parseStartArguments(['--isuer'])).toThrow(/^Unknown option '--isuer'/);
  });
});

const certificate = await aCertificate();

describe('announcement', () => {
  const stack = {
    gateway: 'http://127.0.0.1:9000',
    aws: 'http://127.0.0.1:9001',
    identityProvider: 'http://127.0.0.1:9002',
    samlIdentityProvider: undefined,
    administrator: { accessKeyId: 'AKIAADMIN', secretAccessKey: 'secret', created: aMoment, active: true },
    settled: () => Promise.resolve(),
    rotate: () => Promise.resolve(),
    roleCredentials: () => {
      throw new Error('not here');
    },
    stop: () => Promise.resolve(),
  };
  const configuration = loadConfiguration(aConfiguration());

  test('tells every address and everybody in the cast', () => {
    const text = announcement({ stack, configuration, provider: 'app', port: 8787, keysLeftOut: [] });
    for (const address of [stack.gateway, stack.aws, stack.identityProvider]) expect(text).toContain(address);
    for (const { name, about } of people) expect(text).toContain(`${name} (${about})`);
  });

  test('the administrator’s keys can be pasted', () => {
    const text = announcement({ stack, configuration, provider: 'app', port: 8787, keysLeftOut: [] });
    expect(text).toContain('export AWS_ACCESS_KEY_ID=AKIAADMIN AWS_SECRET_ACCESS_KEY=secret\n');
    expect(text).toContain(
      'export AWS_ENDPOINT_URL=http://127.0.0.1:9001 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n',
    );
  });

  test('what is to be pasted asks the door for a grant of the provider', () => {
    expect(announcement({ stack, configuration, provider: 'app', port: 8787, keysLeftOut: [] })).toContain(
      `curl -s http://127.0.0.1:9000/v1/credentials -H 'content-type: application/json' -d "{\\"grant\\":\\"files\\",\\"token\\":\\"$T\\"}"`,
    );
  });

  test('without an identity provider of ours it says so, and names nobody', () => {
    const text = announcement({
      stack: { ...stack, identityProvider: undefined },
      configuration,
      provider: undefined,
      port: 8787,
      keysLeftOut: [],
    });
    expect(text).toContain('none of ours');
    expect(text).not.toContain('(editor of tenant blue)');
  });

  test('on other ports what is to be pasted names them', () => {
    expect(announcement({ stack, configuration, provider: 'app', port: 9000, keysLeftOut: [] })).toContain(
      'DAYPASS_PORT=9000 npm run -s token -- alice',
    );
  });

  test('grants of roles that are not here are named', () => {
    const named = loadConfiguration(aConfiguration({ grant: { role: { arn: 'arn:aws:iam::111122223333:role/old' } } }));
    expect(announcement({ stack, configuration: named, provider: 'app', port: 8787, keysLeftOut: [] })).toContain(
      'files will be refused as sts_denied',
    );
  });

  test('with a SAML provider it sends people to a browser, and to the assertion command', () => {
    const samlIdentityProvider = 'http://127.0.0.1:9003';
    const corp = loadConfiguration(
      { providers: { corp: { saml: { metadata: 'corp.xml' } } }, grants: {} },
      { documents: documentsOf({ 'corp.xml': aMetadata({ certificates: [certificate] }) }), now: aMoment },
    );
    const withSaml = { ...stack, identityProvider: undefined, samlIdentityProvider };
    const text = announcement({
      stack: withSaml,
      configuration: corp,
      provider: undefined,
      port: 8787,
      keysLeftOut: [],
    });
    expect(text).toContain(
      `SAML provider  ${samlIdentityProvider}   in the place of yours: alice (editor of tenant blue)`,
    );
    expect(text).toContain(`Open ${stack.gateway} in a browser`);
    expect(text).toContain('npm run -s assertion -- alice');
    expect(text).not.toContain('OIDC provider');
    expect(text).not.toContain('nothing to try');
  });

  test('what is left out for want of a key is told', () => {
    const text = announcement({ stack, configuration, provider: 'app', port: 8787, keysLeftOut: ['signing'] });
    expect(text).toContain('saml.signing is left out: its private key is not here.');
  });
});
