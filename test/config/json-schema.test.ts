import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { jsonSchema, jsonSchemaFile } from '../../lib/config/json-schema.ts';

describe('the JSON Schema for editors', () => {
  test('is committed as it is generated', () => {
    const committed = readFileSync(jsonSchemaFile, 'utf8');
    expect(committed, 'daypass.schema.json is stale; write it anew with: npm run schema').toBe(jsonSchema());
  });

  test('takes no unknown keys', () => {
    expect(JSON.parse(jsonSchema())).toMatchObject({ type: 'object', additionalProperties: false });
  });

  test('describes the keys', () => {
    const { properties } = JSON.parse(jsonSchema()) as { properties: Partial<Record<string, { description: string }>> };
    expect(properties.providers?.description).toBe('Who proves callers.');
    expect(properties.grants?.description).toBe('Who may get which role, and how.');
  });
});
