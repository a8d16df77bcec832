import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../shared/contract/files.ts';
import { arrange, modeText } from './entry-look.ts';

const entries: readonly FileEntry[] = [
  { name: 'b10', kind: 'file', size: 1, modified: 30 },
  { name: 'b9', kind: 'file', size: 5, modified: 20 },
  { name: '.secret', kind: 'file' },
  { name: 'Z', kind: 'folder' },
  { name: 'a-link', kind: 'link', linkKind: 'folder', linkTarget: '/' },
];
const names = (options: Partial<Parameters<typeof arrange>[1]>) =>
  arrange(entries, {
    sorting: { field: 'name', descending: false },
    filter: '',
    showHidden: false,
    ...options,
  }).map((entry) => entry.name);

describe('a folder in sight', () => {
  it('has folders first, and numbers in names in their order', () => {
    expect(names({})).toEqual(['a-link', 'Z', 'b9', 'b10']);
    expect(names({ sorting: { field: 'name', descending: true } })).toEqual(['Z', 'a-link', 'b10', 'b9']);
  });

  it('is sorted by size and time', () => {
    expect(names({ sorting: { field: 'size', descending: false } }).slice(2)).toEqual(['b10', 'b9']);
    expect(names({ sorting: { field: 'modified', descending: true } }).slice(2)).toEqual(['b10', 'b9']);
  });

  it('hides what begins with a point, unless asked', () => {
    expect(names({ showHidden: true })).toContain('.secret');
    expect(names({ filter: '.se' })).toEqual(['.secret']);
    expect(names({ filter: 'B1' })).toEqual(['b10']);
  });

  it('has every entry of a large folder once, in order', () => {
    const many = Array.from(
      { length: 50_000 },
      (_, at): FileEntry => ({ name: `f${(at * 7_919) % 50_000}`, kind: 'file' }),
    );
    const shown = arrange(many, {
      sorting: { field: 'name', descending: false },
      filter: '',
      showHidden: true,
    });
    expect(new Set(shown.map((entry) => entry.name)).size).toBe(50_000);
    expect(shown.every((entry, at) => at === 0 || (shown[at - 1]?.name ?? '') < entry.name)).toBe(true);
  });
});

describe('permissions', () => {
  it.each([
    [0o755, 'folder', 'drwxr-xr-x'],
    [0o644, 'file', '-rw-r--r--'],
    [0o1777, 'folder', 'drwxrwxrwt'],
    [0o4755, 'file', '-rwsr-xr-x'],
    [0o2644, 'file', '-rw-r-Sr--'],
  ] as const)('%o of a %s is %s', (mode, kind, text) => {
    expect(modeText({ name: 'x', kind, mode })).toBe(text);
  });
});
