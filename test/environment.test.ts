import { describe, expect, test } from 'vitest';
import { doorEnvironment, localEnvironment, onLambda } from '../lib/environment.ts';

const whole = {
  DAYPASS_CONFIG: '/var/task/daypass.json',
  DAYPASS_ACCOUNT_ID: '111122223333',
  DAYPASS_PARTITION: 'aws',
  AWS_REGION: 'eu-central-1',
};

describe("a door's environment", () => {
  test('is read', () => {
    expect(doorEnvironment(whole)).toEqual({
      configurationFile: '/var/task/daypass.json',
      accountId: '111122223333',
      partition: 'aws',
      region: 'eu-central-1',
      url: undefined,
      table: undefined,
      issuer: undefined,
      signingKeys: [],
      federationSecret: undefined,
      tableRegion: undefined,
    });
  });

  test('says where the table is when that is another Region', () => {
    const { region, tableRegion } = doorEnvironment({ ...whole, DAYPASS_TABLE_REGION: 'us-east-1' });
    expect([region, tableRegion]).toEqual(['eu-central-1', 'us-east-1']);
  });

  test('has our address and a table where there is a SAML provider', () => {
    const { url, table } = doorEnvironment({
      ...whole,
      DAYPASS_URL: 'https://access.acme.example',
      DAYPASS_TABLE: 'once',
    });
    expect([url, table]).toEqual(['https://access.acme.example', 'once']);
  });

  test('has the keys with which Daypass vouches, the one that signs first', () => {
    const { issuer, signingKeys } = doorEnvironment({
      ...whole,
      DAYPASS_ISSUER: 'https://access.acme.example',
      DAYPASS_SIGNING_KEYS: 'arn:one,arn:two',
    });
    expect([issuer, signingKeys]).toEqual(['https://access.acme.example', ['arn:one', 'arn:two']]);
  });

  test.each(Object.keys(whole))('without %s fails with its name', (name) => {
    const says = `The environment variable ${name} is missing.`;
    expect(() => doorEnvironment({ ...whole, [name]: undefined })).toThrow(says);
    expect(() => doorEnvironment({ ...whole, [name]: '' })).toThrow(says);
  });
});

describe('the local environment', () => {
  test('has a port and the file of the working directory unless told otherwise', () => {
    expect(localEnvironment({})).toEqual({ configurationFile: undefined, port: 8787 });
  });

  test('takes both from variables', () => {
    expect(localEnvironment({ DAYPASS_PORT: '9000', DAYPASS_CONFIG: 'my.yaml' })).toEqual({
      configurationFile: 'my.yaml',
      port: 9000,
    });
  });

  test.each(['1', '65532'])('takes the port %s', (port) => {
    expect(localEnvironment({ DAYPASS_PORT: port }).port).toBe(Number(port));
  });

  test.each(['', '0', '65533', '70000', '-1', '8787.5', ' 8787', '0x50', '1e3', 'http'])(
    'refuses the port %j, with what is allowed',
    (port) => {
      expect(() => localEnvironment({ DAYPASS_PORT: port })).toThrow(
        `DAYPASS_PORT is "${port}"; it must be a port from 1 to 65532.`,
      );
    },
  );
});

describe('Lambda', () => {
  test.each<[environment: Readonly<Record<string, string>>, is: boolean]>([
    [{ AWS_LAMBDA_FUNCTION_NAME: 'credentials' }, true],
    [{ AWS_REGION: 'eu-central-1' }, false],
    [{}, false],
  ])('with %j: %j', (environment, is) => {
    expect(onLambda(environment)).toBe(is);
  });
});
