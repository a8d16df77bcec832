/** What a TLS ClientHello says before any certificate is chosen (RFC 8446 4.1.2, RFC 6066 3, RFC 7301 3.1). */
export interface ClientHello {
  readonly serverName: string;
  readonly alpn: readonly string[];
}

const handshakeRecord = 22;
const clientHelloType = 1;
const serverNameExtension = 0;
const alpnExtension = 16;
export const maxHelloBytes = 64 * 1024;

/** `'incomplete'` when more bytes are needed; undefined when this is no ClientHello. */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | undefined {
  const message: Buffer[] = [];
  let position = 0;
  let have = 0;
  // The message may be spread over several records.
  for (;;) {
    if (bytes.length < position + 5)
      return bytes.length > 0 && bytes[0] !== handshakeRecord ? undefined : 'incomplete';
    if (bytes[position] !== handshakeRecord) return undefined;
    const length = bytes.readUInt16BE(position + 3);
    if (bytes.length < position + 5 + length) return 'incomplete';
    message.push(bytes.subarray(position + 5, position + 5 + length));
    have += length;
    position += 5 + length;
    const head = Buffer.concat(message);
    if (have >= 4 && head[0] !== clientHelloType) return undefined;
    if (have >= 4 && have >= 4 + head.readUIntBE(1, 3))
      return parseBody(head.subarray(4, 4 + head.readUIntBE(1, 3)));
  }
}

function parseBody(body: Buffer): ClientHello | undefined {
  try {
    let at = 2 + 32;
    at += 1 + body.readUInt8(at); // session id
    at += 2 + body.readUInt16BE(at); // cipher suites
    at += 1 + body.readUInt8(at); // compression
    const hello = { serverName: '', alpn: [] as string[] };
    if (at === body.length) return hello;
    const end = at + 2 + body.readUInt16BE(at);
    for (at += 2; at < end; ) {
      const type = body.readUInt16BE(at);
      const data = body.subarray(at + 4, at + 4 + body.readUInt16BE(at + 2));
      if (type === serverNameExtension && data.length > 5)
        hello.serverName = data.subarray(5, 5 + data.readUInt16BE(3)).toString('latin1');
      if (type === alpnExtension) hello.alpn = parseAlpn(data);
      at += 4 + body.readUInt16BE(at + 2);
    }
    return hello;
  } catch {
    return undefined;
  }
}

function parseAlpn(data: Buffer): string[] {
  const names: string[] = [];
  for (let at = 2; at < data.length; at += 1 + data.readUInt8(at)) {
    names.push(data.subarray(at + 1, at + 1 + data.readUInt8(at)).toString('latin1'));
  }
  return names;
}
