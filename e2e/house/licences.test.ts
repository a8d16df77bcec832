import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectLicences } from '../../scripts/licences.mjs';

const root = join(import.meta.dirname, '../..');
const { packages, texts } = collectLicences();

interface Entry {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** What may be passed on under Apache-2.0 without further ado. Another one is a decision, not an update. */
const known = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Unlicense',
  'OFL-1.1',
  '(Apache-2.0 AND BSD-3-Clause)',
  '(MIT OR CC0-1.0)',
]);

describe('the open source notices', () => {
  it('name every package of the lock file that ships, in its version, and the runtime', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Entry>;
    };
    const shipped = Object.entries(lock.packages)
      .filter(([place, entry]) => place !== '' && !entry.dev && !entry.devOptional)
      .map(([place, { version }]) => `${place.split('node_modules/').at(-1)}@${version}`);
    const named = packages.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(shipped)].filter((one) => !named.includes(one))).toEqual([]);
    expect(named.some((one) => one.startsWith('electron@'))).toBe(true);
    expect(new Set(named).size).toBe(named.length);
  });

  it('have every dependency of the app itself', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const [name, version] of Object.entries(dependencies))
      expect(packages.find((one) => one.name === name)).toMatchObject({ version });
  });

  it('have a known licence for each, and its text', () => {
    expect(packages.filter(({ licence }) => !known.has(licence))).toEqual([]);
    for (const { name, text } of packages) expect(texts[text ?? -1]?.length, name).toBeGreaterThan(100);
  });
});
