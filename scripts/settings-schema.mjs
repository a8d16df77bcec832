// `node scripts/settings-schema.mjs`: writes docs/settings.schema.json from the settings of the contract. Needs Node 24.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const { settingsSchemaText } = await import('../src/shared/contract/settings-schema.ts');
writeFileSync(join(root, 'docs/settings.schema.json'), settingsSchemaText());
