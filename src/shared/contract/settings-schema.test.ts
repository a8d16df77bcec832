import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingNames } from './settings.ts';
import { settingsSchemaText } from './settings-schema.ts';

const published = join(import.meta.dirname, '../../../docs/settings.schema.json');

describe('the published schema of the settings', () => {
  it('is the one of the contract; `node scripts/settings-schema.mjs` writes it anew', () => {
    // Formatting is the formatter's.
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(JSON.parse(settingsSchemaText()));
  });

  it('describes every setting, needs none, and allows unknown ones', () => {
    const schema = JSON.parse(settingsSchemaText()) as {
      properties: Record<string, { description?: string; default?: unknown }>;
      required?: string[];
      additionalProperties?: boolean;
    };
    expect(Object.keys(schema.properties).sort()).toEqual([...settingNames].sort());
    for (const property of Object.values(schema.properties)) {
      expect(property.description).toMatch(/\.$/);
      expect(property).toHaveProperty('default');
    }
    expect(schema.required).toBeUndefined();
    expect(schema.additionalProperties).not.toBe(false);
  });
});
