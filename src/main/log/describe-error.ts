import { join } from 'node:path';
import { asProse, asWord, type LogFields } from './log-value.ts';

const root = join(import.meta.dirname, '../../..');
const maxCauses = 5;
const codeOf = (error: Error) =>
  'code' in error && ['string', 'number'].includes(typeof error.code) ? String(error.code) : undefined;

/** What is logged of an error: its kind, its code and where it was thrown as words; what it says as prose. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: asProse(String(error)) };
  const code = codeOf(error);
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined;
  return {
    kind: asWord(error.name),
    ...(code === undefined ? {} : { code: asWord(code) }),
    error: asProse(error.message),
    ...(detail === undefined ? {} : { detail: asProse(detail) }),
    ...causesOf(error),
    thrown: asWord(framesOf(error.stack ?? '')),
  };
}

/** Kinds and codes along the chain, as `TypeError ← Error ENOSPC`. */
function causesOf(error: Error): LogFields {
  const causes: string[] = [];
  for (let at = error.cause; at instanceof Error && causes.length < maxCauses; at = at.cause)
    causes.push([at.name, codeOf(at)].filter(Boolean).join(' '));
  return causes.length === 0 ? {} : { causes: asWord(causes.join(' ← ')) };
}

/** The frames of a stack, with places relative to the app: a folder of the person's machine is nobody's business. */
function framesOf(stack: string): string {
  const frames = [...stack.matchAll(/^\s+at (?:(.+?) \()?(?:file:\/\/)?([^()\n]+?):(\d+):\d+\)?$/gm)];
  return frames
    .slice(0, 12)
    .map(([, call, file = '', line]) => `${call ? `${call} ` : ''}${shorten(file)}:${line}`)
    .join('\n');
}

function shorten(file: string): string {
  if (file.startsWith(`${root}/`)) return file.slice(root.length + 1);
  return file.startsWith('node:') ? file : (file.split(/[/\\]/).at(-1) ?? '');
}
