import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { schema } from './schema.ts';

/** Committed, so that editors find it; a test keeps it fresh. */
export const jsonSchemaFile = fileURLToPath(new URL('./daypass.schema.json', import.meta.url));

/** The schema of daypass.yaml as JSON Schema draft 07, for editors. */
export function jsonSchema(): string {
  const generated = toJsonSchema(schema, { typeMode: 'input' });
  return `${JSON.stringify({ ...generated, title: 'daypass.yaml' }, undefined, 2)}\n`;
}
