import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const files = globSync('src/**/*.{ts,tsx}', { cwd: root }).filter((file) => !file.includes('/gen/'));

/** Relative imports of a file, as paths from the root. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    relative(root, join(root, dirname(file), match[1] ?? '')),
  );
}

const graph = new Map(
  files.map((file) => [file, importsOf(file).filter((target) => /\.tsx?$/.test(target))]),
);

/** Folder to what it may import besides itself; the longest folder that fits counts. ARCHITECTURE.md tells why. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/shared': [],
  'src/main/protocol/codec': ['src/shared'],
  'src/main/protocol/net': ['src/shared', 'src/main/protocol/codec'],
  'src/main/protocol/client': ['src/shared', 'src/main/protocol/codec', 'src/main/protocol/net'],
  'src/main/host': ['src/shared'],
  'src/main/pty': [],
  'src/main/log': ['src/shared', 'src/main/host'],
  'src/main/state': ['src/shared', 'src/main/host'],
  'src/main/store': ['src/shared', 'src/main/host', 'src/main/log', 'src/main/protocol/codec'],
  'src/main/ipc': ['src/shared', 'src/main/host', 'src/main/log'],
  'src/main/clusters': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/resources': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/shells': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/files': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/palette': ['src/shared', 'src/main/host', 'src/main/log', 'src/main/state', 'src/main/store'],
  'src/main/prompts': ['src/shared', 'src/main/log', 'src/main/state'],
  'src/main/tunnels': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/db': ['src/shared', 'src/main/log', 'src/main/protocol', 'src/main/tunnels'],
  'src/main/apps': ['src/shared', 'src/main/log', 'src/main/protocol', 'src/main/tunnels'],
  'src/main/kube': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/store',
    'src/main/protocol',
    'src/main/tunnels',
  ],
  'src/main/local-shell': ['src/shared', 'src/main/host', 'src/main/log', 'src/main/pty', 'src/main/store'],
  'src/main/settings': ['src/shared', 'src/main/host', 'src/main/log', 'src/main/state'],
  'src/main/telemetry': [
    'src/shared',
    'src/main/store',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/protocol',
  ],
  'src/main/access-requests': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/second-factor': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/protocol',
  ],
  'src/main/workspace': ['src/shared', 'src/main/host', 'src/main/log', 'src/main/state', 'src/main/store'],
  'src/main/app': [
    'src/shared',
    'src/main/host',
    'src/main/log',
    'src/main/state',
    'src/main/store',
    'src/main/ipc',
    'src/main/clusters',
    'src/main/resources',
    'src/main/shells',
    'src/main/local-shell',
    'src/main/files',
    'src/main/settings',
    'src/main/palette',
    'src/main/prompts',
    'src/main/tunnels',
    'src/main/db',
    'src/main/apps',
    'src/main/kube',
    'src/main/telemetry',
    'src/main/workspace',
    'src/main/access-requests',
    'src/main/second-factor',
    'src/main/protocol',
  ],
  'src/main/demo': ['src/shared', 'src/main/app'],
  'src/main/loopback': ['src/shared', 'src/main/app', 'src/main/demo', 'src/main/host', 'src/main/log'],
  'src/main/electron': ['src/shared', 'src/main/app', 'src/main/demo', 'src/main/host', 'src/main/log'],
  'src/cluster': ['src/shared', 'src/main/pty', 'src/main/protocol/codec', 'src/main/protocol/net/ssh'],
  'src/renderer/client': ['src/shared'],
  'src/renderer/ui': ['src/shared'],
  'src/renderer/state': ['src/shared', 'src/renderer/client'],
  'src/renderer/features/access-requests': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/devices': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/clusters': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/resources': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/terminal': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/tunnels': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/prompts': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/palette': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/diagnostics': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/settings': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/files': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/features/usage-data': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
  ],
  'src/renderer/app': [
    'src/shared',
    'src/renderer/client',
    'src/renderer/state',
    'src/renderer/ui',
    'src/renderer/features',
  ],
};

const isBelow = (file: string, folder: string) => file.startsWith(`${folder}/`);
const isTest = (file: string) => /\.test\.tsx?$|\/testing\/|\/fixtures\//.test(file);

describe('the house', () => {
  it('has one direction of imports', () => {
    const wrong: string[] = [];
    for (const [file, targets] of graph) {
      if (isTest(file)) continue;
      const folder = Object.keys(arrows)
        .filter((candidate) => isBelow(file, candidate))
        .sort((a, b) => b.length - a.length)[0];
      if (folder === undefined) {
        if (file !== 'src/renderer/main.tsx') wrong.push(`${file} is in no known folder`);
        continue;
      }
      const allowed = [folder, ...(arrows[folder] ?? [])];
      for (const target of targets)
        if (!allowed.some((place) => isBelow(target, place))) wrong.push(`${file} → ${target}`);
    }
    expect(wrong).toEqual([]);
  });

  it('has no cycles', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('imports electron in one folder only', () => {
    const places = files.filter((file) => /from 'electron'/.test(readFileSync(join(root, file), 'utf8')));
    expect(places.filter((file) => !isBelow(file, 'src/main/electron'))).toEqual([]);
  });

  it('has no file that is imported by nobody', () => {
    const entries = [
      'src/renderer/main.tsx',
      'src/main/loopback/main.ts',
      'src/cluster/main.ts',
      'src/cluster/collector-main.ts',
      'src/main/electron/main.ts',
      'src/main/electron/preload.ts',
      'src/shared/globals.d.ts',
      'src/renderer/features/diagnostics/licences.d.ts',
    ];
    const imported = new Set([...graph.values()].flat());
    const lonely = files.filter((file) => !isTest(file) && !entries.includes(file) && !imported.has(file));
    expect(lonely).toEqual([]);
  });
});
