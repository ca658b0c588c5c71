import { describe, expect, test } from 'vitest';
import { routes } from '../../lib/routes.ts';
import { acsPath, entityIdOf, metadataPath } from '../../lib/sign-in/our-addresses.ts';

const url = 'https://daypass.example';

describe('what identity providers know us as', () => {
  test('is the address of our metadata', () => {
    expect(entityIdOf({ url })).toBe('https://daypass.example/saml/metadata');
    expect(entityIdOf({ url, entityId: undefined })).toBe('https://daypass.example/saml/metadata');
  });

  test('is what the configuration says, to the letter', () => {
    expect(entityIdOf({ url, entityId: 'urn:acme:Daypass/' })).toBe('urn:acme:Daypass/');
  });
});

test('our addresses are routes', () => {
  const known = routes.map(({ method, path }) => `${method} ${path}`);
  expect(known).toContain(`POST ${acsPath}`);
  expect(known).toContain(`GET ${metadataPath}`);
});
