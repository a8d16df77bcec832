import type { FileEntry, FileKind } from '../../../shared/contract/files.ts';

export type SortField = 'name' | 'size' | 'modified' | 'mode' | 'owner';
export interface Sorting {
  readonly field: SortField;
  readonly descending: boolean;
}

/** More than so many are sorted by their characters alone: a locale's order takes too long. */
const localeLimit = 20_000;
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** What is behind an entry: a link counts as what it leads to. */
export function effectiveKind(entry: FileEntry): FileKind {
  return entry.kind === 'link' ? (entry.linkKind ?? 'unknown') : entry.kind;
}

export function isFolder(entry: FileEntry): boolean {
  return effectiveKind(entry) === 'folder';
}

/** What is in sight, in its order: folders first. The filter finds parts of names, without case. */
export function arrange(
  entries: readonly FileEntry[],
  options: { sorting: Sorting; filter: string; showHidden: boolean },
): readonly FileEntry[] {
  const { sorting, showHidden } = options;
  const filter = options.filter.toLowerCase();
  const shown = entries.filter(
    (entry) =>
      (showHidden || filter.startsWith('.') || !entry.name.startsWith('.')) &&
      (filter === '' || entry.name.toLowerCase().includes(filter)),
  );
  const byName = nameOrder(shown.length);
  const keyed = shown.map((entry) => ({ entry, key: entry.name.toLowerCase(), isFolder: isFolder(entry) }));
  const sign = sorting.descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
    const value = sorting.field === 'name' ? 0 : compareField(a.entry, b.entry, sorting.field);
    return (value === 0 ? byName(a.key, b.key) : value) * sign;
  });
  return keyed.map((one) => one.entry);
}

function nameOrder(count: number): (a: string, b: string) => number {
  if (count <= localeLimit) return (a, b) => collator.compare(a, b) || byText(a, b);
  return byText;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareField(a: FileEntry, b: FileEntry, field: Exclude<SortField, 'name'>): number {
  if (field === 'owner') return byText(a.owner ?? '', b.owner ?? '');
  return (a[field] ?? -1) - (b[field] ?? -1);
}

const kindLetters: Readonly<Record<FileKind, string>> = {
  file: '-',
  folder: 'd',
  link: 'l',
  socket: 's',
  pipe: 'p',
  device: 'c',
  unknown: '?',
};

/** As `ls -l` writes it: `drwxr-xr-x`. */
export function modeText(entry: FileEntry): string {
  if (entry.mode === undefined) return '';
  const mode = entry.mode;
  const letters = Array.from({ length: 9 }, (_, at) => (mode & (0o400 >> at) ? 'rwx'[at % 3] : '-'));
  const special = (bit: number, at: number, on: string, off: string) => {
    if (mode & bit) letters[at] = letters[at] === 'x' ? on : off;
  };
  special(0o4000, 2, 's', 'S');
  special(0o2000, 5, 's', 'S');
  special(0o1000, 8, 't', 'T');
  return kindLetters[entry.kind] + letters.join('');
}

/** As short as it is clear: the time within the last half year, else the year. */
export function modifiedText(modified: number, now: number): string {
  const isRecent = Math.abs(now - modified) < 182 * 86_400_000;
  return new Date(modified).toLocaleString(
    'en-GB',
    isRecent
      ? { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' }
      : { day: '2-digit', month: 'short', year: 'numeric' },
  );
}

const kindWords: Readonly<Record<FileKind, string>> = {
  file: 'file',
  folder: 'folder',
  link: 'link',
  socket: 'socket',
  pipe: 'pipe',
  device: 'device',
  unknown: 'of unknown kind',
};

export function kindWord(entry: FileEntry): string {
  if (entry.kind !== 'link') return kindWords[entry.kind];
  const target = entry.linkKind ?? 'unknown';
  return target === 'unknown' ? 'broken link' : `link to a ${kindWords[target]}`;
}

const imageName = /\.(png|jpe?g|gif|webp|bmp|avif|ico)$/i;

export function isImageName(name: string): boolean {
  return imageName.test(name);
}
