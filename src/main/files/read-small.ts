import { type FileText, maxImageBytes, maxTextBytes } from '../../shared/contract/files.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../shared/files/remote-name.ts';
import type { SftpSession } from '../protocol/client/sftp-session.ts';
import { kindOfMode } from '../protocol/codec/sftp/attributes.ts';
import { openFlags } from '../protocol/codec/sftp/packets.ts';
import { remoteBytes } from './remote-path.ts';

const blockBytes = 32_768;

/** The beginning of a file as text; what is no UTF-8 stands as U+FFFD. */
export async function readText(session: SftpSession, path: string): Promise<FileText> {
  const { size, bytes } = await readStart(session, path, maxTextBytes);
  const decoder = new TextDecoder('utf-8');
  const text = decoder.decode(bytes, { stream: bytes.length < size });
  const isBinary = bytes.includes(0) || text.includes('\uFFFD');
  return { text: text.replaceAll('\0', '\uFFFD'), size, isCut: bytes.length < size, isBinary };
}

export async function readImage(session: SftpSession, path: string) {
  const { size, bytes } = await readStart(session, path, maxImageBytes);
  const mediaType = imageTypeOf(bytes);
  if (mediaType === undefined) throw new AppError('unsupported', 'This is no image that can be shown.');
  if (size > maxImageBytes)
    throw new AppError('answer-too-large', 'This image is too large for a preview.', {
      advice: 'Download it instead.',
    });
  return { mediaType, base64: Buffer.from(bytes).toString('base64') };
}

async function readStart(session: SftpSession, path: string, limit: number) {
  const bytes = remoteBytes(path);
  // Opening a pipe would wait for its other end; a device has no end.
  if (kindOfMode((await session.stat(bytes)).mode) !== 'file')
    throw new AppError('unsupported', `${displayRemoteName(path)} is not a file with contents.`);
  const handle = await session.open(bytes, openFlags.read);
  try {
    const { attributes } = await session.expect('attrs', { type: 'fstat', handle }, 'look at the file');
    const parts: Uint8Array[] = [];
    let at = 0;
    while (at < limit) {
      const part = await session.read(handle, at, Math.min(blockBytes, limit - at));
      if (!part || part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    return { size: Math.max(attributes.size ?? at, at), bytes: Buffer.concat(parts) };
  } finally {
    await session.close(handle).catch(() => undefined);
  }
}

const signatures: readonly (readonly [string, number, string])[] = [
  ['89504e470d0a1a0a', 0, 'image/png'],
  ['ffd8ff', 0, 'image/jpeg'],
  ['474946383', 0, 'image/gif'],
  ['57454250', 8, 'image/webp'],
  ['424d', 0, 'image/bmp'],
  ['00000100', 0, 'image/x-icon'],
  ['6674797061766966', 4, 'image/avif'],
];

/** By its first bytes alone: a name proves nothing. SVG is left out, because it is a program. */
function imageTypeOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 32)).toString('hex');
  return signatures.find(([hex, at]) => head.startsWith(hex, at * 2))?.[2];
}
