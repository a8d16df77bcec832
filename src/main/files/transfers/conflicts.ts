import type { ConflictAnswer, TransferConflict } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { Existing, Parts, Sink, SourceFile } from './ends.ts';

const maxNameBytes = 255;
const maxTries = 1_000;

export type Target =
  | { readonly kind: 'new' | 'replace' | 'there'; readonly parts: Parts }
  | { readonly kind: 'skip' };

/** Where a file goes when something may be there. What an earlier attempt has brought counts as there. */
export async function chooseTarget(options: {
  readonly file: SourceFile;
  readonly sink: Sink;
  readonly isAgain: boolean;
  readonly decide: (conflict: TransferConflict) => Promise<ConflictAnswer>;
}): Promise<Target> {
  const { file, sink, isAgain, decide } = options;
  const { parts } = file;
  const existing = await sink.stat(parts);
  if (!existing) return { kind: 'new', parts };
  if (isAgain && isSame(file, existing)) return { kind: 'there', parts };
  if (existing.kind === 'folder') throw inTheWay(parts);
  const answer = await decide({
    path: sink.display(parts).slice(-16_000),
    existing: factsOf(existing),
    incoming: factsOf(file),
  });
  if (answer === 'skip') return { kind: 'skip' };
  if (answer === 'replace') return { kind: 'replace', parts };
  if (answer === 'newer')
    return (file.modified ?? 0) > (existing.modified ?? 0) ? { kind: 'replace', parts } : { kind: 'skip' };
  return freeName(options);
}

async function freeName({
  file,
  sink,
  isAgain,
}: {
  readonly file: SourceFile;
  readonly sink: Sink;
  readonly isAgain: boolean;
}): Promise<Target> {
  for (let number = 2; number < maxTries; number += 1) {
    const parts = [...file.parts.slice(0, -1), numbered(file.parts.at(-1) ?? '', number)];
    const existing = await sink.stat(parts);
    if (!existing) return { kind: 'new', parts };
    if (isAgain && isSame(file, existing)) return { kind: 'there', parts };
  }
  throw inTheWay(file.parts);
}

/** `report.pdf` becomes `report (2).pdf`; cut where it would be too long for a file system. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] =
    dot > 0 && name.length - dot <= 16 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const added = ` (${number})${ending}`;
  let kept = stem;
  while (kept.length > 1 && Buffer.byteLength(kept + added) > maxNameBytes) kept = kept.slice(0, -1);
  return kept + added;
}

function isSame(file: SourceFile, existing: Existing): boolean {
  return existing.kind === 'file' && existing.size === file.size && existing.modified === file.modified;
}

function factsOf({
  size,
  modified,
}: {
  readonly size?: number | undefined;
  readonly modified?: number | undefined;
}) {
  return {
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { modified: modified * 1_000 }),
  };
}

function inTheWay(parts: Parts): AppError {
  return new AppError('file-exists', `A folder is called ${displayRemoteName(parts.at(-1) ?? '')} already.`, {
    reason: 'A file cannot take its place.',
    advice: 'Rename one of them.',
  });
}
