import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { keyFile, sourceKey, type TargetName, targets } from './scripts/build-key.mjs';
import { collectLicences } from './scripts/licences.mjs';

const root = import.meta.dirname;

/** Packages with native or WebAssembly parts, or that are loaded late and find their own files. */
const outside = ['electron', 'ssh2', '@lydell/node-pty', '@electric-sql/pglite'];
const isOutside = (id: string) => outside.some((name) => id === name || id.startsWith(`${name}/`));

/** Leaves the key of the sources beside what was built from them, so that a stale build is never taken for a fresh one. */
function leaveKey(name: TargetName): Plugin {
  let key = '';
  return {
    name: 'source-key',
    buildStart() {
      key = sourceKey(name);
    },
    closeBundle(error) {
      if (!error) writeFileSync(keyFile(name), key);
    },
  };
}

/**
 * Programs for Node or Electron, packages included: one file loads several times faster than the hundreds it is made of.
 * Names stay as they are, and positions in stacks are led back to the sources (`src/main/log/source-positions.ts`).
 */
function programs(name: TargetName, entries: Record<string, string>, format: 'es' | 'cjs'): UserConfig {
  const suffix = format === 'cjs' ? 'cjs' : 'js';
  return {
    root,
    plugins: [leaveKey(name)],
    ssr: { noExternal: true, external: outside },
    build: {
      ssr: true,
      target: 'node24',
      outDir: targets[name].output,
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([key, path]) => [key, join(root, path)])),
        external: isOutside,
        output: {
          format,
          sourcemapExcludeSources: true,
          entryFileNames: `[name].${suffix}`,
          chunkFileNames: `chunks/[name]-[hash].${suffix}`,
        },
      },
    },
  };
}

/** The module `virtual:licences`: what ships, as it is installed at this build. */
function licences(): Plugin {
  const id = 'virtual:licences';
  const resolved = `\0${id}`;
  return {
    name: 'licences',
    resolveId: (wanted) => (wanted === id ? resolved : undefined),
    load: (wanted) => {
      if (wanted !== resolved) return undefined;
      const { packages, texts } = collectLicences(root);
      return `export const packages = ${JSON.stringify(packages)};\nexport const texts = ${JSON.stringify(texts)};\n`;
    },
  };
}

/** `--mode` says what to build: the page (default), `programs`, `cluster` or `preload`. */
export default defineConfig(({ mode }): UserConfig => {
  if (mode === targets.programs.mode)
    return programs(
      'programs',
      { electron: 'src/main/electron/main.ts', loopback: 'src/main/loopback/main.ts' },
      // An import of one of Node's own modules makes all of it, and `require` only what is used: 30 ms less at each start.
      'cjs',
    );
  if (mode === targets.cluster.mode) return programs('cluster', { cluster: 'src/cluster/main.ts' }, 'es');
  if (mode === targets.preload.mode)
    return programs('preload', { preload: 'src/main/electron/preload.ts' }, 'cjs');
  return {
    root: join(root, 'src/renderer'),
    base: './',
    plugins: [react(), licences(), leaveKey('page')],
    build: {
      outDir: join(root, targets.page.output),
      emptyOutDir: true,
      target: 'chrome130',
      chunkSizeWarningLimit: 2_000,
      // Data addresses for fonts are against the content security policy.
      assetsInlineLimit: 0,
    },
  };
});
