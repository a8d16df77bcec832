import { deflateRawSync, inflateRawSync, constants } from 'node:zlib';

const { Z_SYNC_FLUSH } = constants;
const maxHeaderBytes = 64 * 1024;
const windowBytes = 32 * 1024;
/** CMF and FLG with the flag that says that a dictionary was preset (RFC 1950 2.2). */
const zlibHead = Buffer.from([0x78, 0xf9]);
const presetDictionary = 0x20;

/** Names that SPDY/3 gives to zlib beforehand, each behind its length (SPDY draft 3.1, 2.6.10.1). */
const dictionaryNames =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status';
const dictionaryTail =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const spdyDictionary = Buffer.concat([
  ...[
    ...dictionaryNames.split(' '),
    '200 OK',
    'version',
    'HTTP/1.1',
    'url',
    'public',
    'set-cookie',
    'keep-alive',
    'origin',
  ].map(lengthPrefixed),
  Buffer.from(dictionaryTail, 'latin1'),
]);
/** Adler-32 of the dictionary, as a zlib stream that uses it says. */
const dictionaryId = Buffer.from('e3c6a7c2', 'hex');

export type SpdyHeaders = ReadonlyMap<string, string>;

// All header blocks of one direction are one zlib stream, and each ends at a byte boundary. So a block can be
// decoded alone when the last 32 KiB of plain text are its dictionary, which is what zlib remembers itself.

/** Decodes the header blocks of one direction, in their order. Throws on anything that is not one. */
export class HeaderDecoder {
  #window: Buffer = spdyDictionary;
  #hasBegun = false;

  decode(block: Buffer): SpdyHeaders {
    const plain = inflateRawSync(this.#hasBegun ? block : afterZlibHead(block), {
      dictionary: this.#window,
      finishFlush: Z_SYNC_FLUSH,
      maxOutputLength: maxHeaderBytes,
    });
    this.#hasBegun = true;
    this.#window = slide(this.#window, plain);
    return parsePairs(plain);
  }
}

/** Encodes the header blocks of one direction. */
export class HeaderEncoder {
  #window: Buffer = spdyDictionary;
  #hasBegun = false;

  encode(headers: SpdyHeaders): Buffer {
    const plain = Buffer.concat([
      uint32(headers.size),
      ...[...headers].flatMap(([name, value]) => [lengthPrefixed(name.toLowerCase()), lengthPrefixed(value)]),
    ]);
    const block = deflateRawSync(plain, { dictionary: this.#window, finishFlush: Z_SYNC_FLUSH });
    const head = this.#hasBegun ? [] : [zlibHead, dictionaryId];
    this.#hasBegun = true;
    this.#window = slide(this.#window, plain);
    return Buffer.concat([...head, block]);
  }
}

function afterZlibHead(block: Buffer): Buffer {
  const [method = 0, flags = 0] = block;
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & presetDictionary) === 0)
    throw new RangeError('header block without a zlib head');
  if (!block.subarray(2, 6).equals(dictionaryId)) throw new RangeError('header block of another dictionary');
  return block.subarray(6);
}

function slide(window: Buffer, plain: Buffer): Buffer {
  return Buffer.concat([window, plain]).subarray(-windowBytes);
}

function parsePairs(plain: Buffer): SpdyHeaders {
  const headers = new Map<string, string>();
  let at = 4;
  const take = () => {
    const length = plain.readUInt32BE(at);
    if (length > plain.length - at - 4) throw new RangeError('header longer than its block');
    at += 4 + length;
    return plain.subarray(at - length, at).toString('utf8');
  };
  for (let left = plain.readUInt32BE(0); left > 0; left -= 1) headers.set(take().toLowerCase(), take());
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes]);
}
