// Names of files on a server are bytes; most are UTF-8, some are not. Here they are texts that lose nothing: a byte that is
// not UTF-8 becomes one lone surrogate, U+DC80 to U+DCFF. JSON carries these as escapes.

const firstEscaped = 0xdc80;
const lastEscaped = 0xdcff;

/** Bytes of a name or path to the text that stands for them. */
export function decodeRemoteName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeLossless(bytes);
  }
}

function decodeLossless(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    const part = length > 0 ? decodeStrict(bytes.subarray(at, at + length)) : undefined;
    text += part ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += part === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes a character has that begins here, by its first byte; 0 for one that begins nothing. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  return at + length <= bytes.length ? length : 0;
}

function decodeStrict(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The bytes that a text of `decodeRemoteName` stands for. */
export function encodeRemoteName(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push(new TextEncoder().encode(plain));
    plain = '';
  };
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < firstEscaped || code > lastEscaped) {
      plain += character;
      continue;
    }
    flush();
    parts.push(Uint8Array.of(code - 0xdc00));
  }
  flush();
  return concat(parts);
}

/** For people: what cannot be shown stands as U+FFFD, line breaks and other controls as their pictures. */
export function displayRemoteName(text: string): string {
  return Array.from(text, showCharacter).join('');
}

function showCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\uFFFD';
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : character;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
