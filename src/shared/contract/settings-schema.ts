import { z } from 'zod';
import { Settings } from './settings.ts';

/** The JSON schema of the settings file, for editors: names, bounds, defaults and what each setting does. */
export function settingsSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(Settings, { io: 'input', target: 'draft-7' });
  const document = { $schema, title: 'Settings of Porthole', ...schema };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
