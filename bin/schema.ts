// npm run schema: writes the JSON Schema of daypass.yaml for editors.
import { writeFileSync } from 'node:fs';
import { jsonSchema, jsonSchemaFile } from '../lib/config/json-schema.ts';

writeFileSync(jsonSchemaFile, jsonSchema());
process.stdout.write(`Written: ${jsonSchemaFile}\n`);
