import { z } from 'zod';
import { type CommandId, commandEntry, commandIds } from '../keys/commands.ts';
import { Settings } from './settings.ts';

const chordPattern = '^((Ctrl|Alt|Shift|Meta)\\+)*([^\\s+]+|\\+)$';

/** The JSON schema of the settings file, for editors: names, bounds, defaults and what each setting does. */
export function settingsSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(Settings, { io: 'input', target: 'draft-7' });
  const properties = { ...schema.properties, keys: keysSchema() };
  const document = { $schema, title: 'Settings of Porthole', ...schema, properties, definitions };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const definitions = {
  chord: { type: 'string', maxLength: 60, pattern: chordPattern },
  chords: {
    anyOf: [
      { type: 'null' },
      { $ref: '#/definitions/chord' },
      { type: 'array', maxItems: 4, items: { $ref: '#/definitions/chord' } },
    ],
  },
};

/** An editor offers the names of the commands and says what is built in. */
function keysSchema() {
  return {
    type: 'object',
    default: {},
    description: Settings.shape.keys.description,
    properties: Object.fromEntries(commandIds.map((id) => [id, commandSchema(id)])),
    additionalProperties: { $ref: '#/definitions/chords' },
  };
}

function commandSchema(id: CommandId) {
  const { label, keys } = commandEntry(id);
  const builtIn = keys.length > 0 ? `Built in: ${keys.join(', ')}.` : 'No key is built in.';
  return { description: `${label}. ${builtIn}`, allOf: [{ $ref: '#/definitions/chords' }] };
}
