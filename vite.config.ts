import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

const root = import.meta.dirname;

/** A program for Node or Electron: packages stay outside, sources become one file. */
function program(entry: string, name: string, format: 'es' | 'cjs'): UserConfig {
  return {
    root,
    build: {
      ssr: true,
      target: 'node24',
      outDir: 'dist/main',
      emptyOutDir: false,
      rolldownOptions: {
        input: { [name]: join(root, entry) },
        external: (id: string) =>
          id === 'electron' || (!id.startsWith('.') && !id.startsWith('/') && !id.includes('src/')),
        output: { format, entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js' },
      },
    },
  };
}

/** `--mode` says what to build: the page (default), `main`, `preload` or `cluster`. */
export default defineConfig(({ mode }): UserConfig => {
  if (mode === 'main') return program('src/main/electron/main.ts', 'electron', 'es');
  if (mode === 'preload') return program('src/main/electron/preload.ts', 'preload', 'cjs');
  if (mode === 'cluster') return program('src/cluster/main.ts', 'cluster', 'es');
  return {
    root: join(root, 'src/renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir: join(root, 'dist/renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      chunkSizeWarningLimit: 2_000,
      // Data addresses for fonts are against the content security policy.
      assetsInlineLimit: 0,
    },
  };
});
