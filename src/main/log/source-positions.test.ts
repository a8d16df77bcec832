import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-positions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The stack of a program that fails in its third line. */
function stackOf(extra: { map?: string }, format: 'js' | 'cjs' = 'js'): string {
  const path = join(import.meta.dirname, 'source-positions.ts');
  const program = join(folder, `built.${format}`);
  const load =
    format === 'js'
      ? `import { showSourcePositions } from '${pathToFileURL(path).href}';`
      : `const { showSourcePositions } = require(${JSON.stringify(path)});`;
  if (extra.map !== undefined) writeFileSync(`${program}.map`, extra.map);
  writeFileSync(
    program,
    `${load}\nshowSourcePositions(${JSON.stringify(folder)});\nfunction fails() { return new TypeError('not so').stack; }\nprocess.stdout.write(fails());\n`,
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return execFileSync(process.execPath, ['--no-warnings', program], { encoding: 'utf8' });
}

it('names file, line and column of the source', () => {
  // The third built line begins in line 42 (41 from zero) of the source, column 3.
  const map = { version: 3, sources: ['src/a.ts'], names: [], mappings: ';;AAyCE' };
  for (const format of ['js', 'cjs'] as const)
    expect(stackOf({ map: JSON.stringify(map) }, format)).toMatch(
      /^TypeError: not so\n {4}at fails \(src\/a\.ts:42:3\)\n {4}at /,
    );
});

it('keeps the position of what has no map, or a broken one', () => {
  for (const extra of [{}, { map: '{' }, { map: '{"version":3}' }])
    expect(stackOf(extra)).toMatch(/at fails \(file:\/\/\S+built\.js:3:\d+\)/);
});
