import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { discovery } from '../../lib/dialects/discovery.ts';
import { openApi } from '../../lib/dialects/openapi.ts';
import * as schemas from '../../lib/dialects/schemas.ts';
import { routesWith } from '../../lib/routes.ts';
import { aMoment } from '../kit/issuer.ts';
import { golden } from './kit.ts';
import { aPageRequest } from './pages.ts';

const url = 'https://access.acme.example';
const dialect = discovery({ url, saml: true, vouch: true });
const documentAt = (path: string) => {
  const answer = dialect.answer(dialect.read(aPageRequest({ path })), aMoment);
  expect(answer.headers['cache-control']).toBe('public, max-age=300');
  return JSON.parse(answer.body);
};

const ajv = new Ajv2020.default({ strict: false, validateFormats: false });

test('OAuth clients find the token endpoint', () => {
  expect(documentAt('/.well-known/oauth-authorization-server')).toEqual({
    issuer: url,
    token_endpoint: `${url}/v1/token`,
    response_types_supported: [],
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    token_endpoint_auth_methods_supported: ['none'],
    service_documentation: `${url}/v1/openapi.json`,
  });
});

describe('the OpenAPI document', () => {
  test('has every route of the deployment, and no other', () => {
    for (const [saml, vouch] of [
      [true, true],
      [false, false],
    ] as const) {
      const written = Object.entries(openApi({ url, saml, vouch }).paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(written.sort()).toEqual(
        routesWith({ saml, vouch, oneTime: false, aws: false })
          .map(({ method, path }) => `${method} ${path}`)
          .sort(),
      );
    }
  });

  test('is sound: operations have names of their own, references lead somewhere, parameters are told', () => {
    const document = documentAt('/v1/openapi.json');
    expect([document.openapi, document.servers]).toEqual(['3.1.0', [{ url }]]);
    const operations = Object.entries(
      document.paths as Record<string, Record<string, Record<string, unknown>>>,
    ).flatMap(([path, item]) => Object.values(item).map((operation) => ({ path, operation })));
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const parameters = (operation.parameters ?? []) as { name: string; in: string }[];
      const told = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
      expect(told).toEqual(Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name));
    }
    for (const [, name = ''] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    for (const [, name = ''] of JSON.stringify(document.paths).matchAll(/"security":\[\{"(\w+)"/g)) {
      expect(Object.keys(document.components.securitySchemes)).toContain(name);
    }
  });

  test.each(Object.entries(schemas))('%s is a JSON Schema', (_, schema) => {
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  test.each([
    ['credentials-granted', schemas.credentialsAnswer],
    ['credentials-refused', schemas.errorAnswer],
    ['container-granted', schemas.containerAnswer],
    ['container-refused', schemas.containerError],
    ['token-granted', schemas.tokenAnswer],
    ['token-refused', schemas.tokenError],
    ['console-granted', schemas.consoleAnswer],
    ['console-refused', schemas.errorAnswer],
    ['grants-granted', schemas.grantsAnswer],
    ['grants-refused', schemas.errorAnswer],
    ['explain-caller', schemas.explainAnswer],
    ['explain-operator', schemas.adminExplainAnswer],
    ['explain-refused', schemas.errorAnswer],
  ])('%s is what it says, with nothing besides', (name, schema) => {
    const validate = ajv.compile({ ...schema, additionalProperties: false });
    expect(validate(JSON.parse(golden(name).body)), JSON.stringify(validate.errors)).toBe(true);
  });
});
