import { PacketSplitter } from '../../protocol/codec/sftp/packet-splitter.ts';
import { encodeAnswer, encodeVersion, type SftpAnswer } from '../../protocol/codec/sftp/answers.ts';
import { decodeRequest, type SftpRequest } from '../../protocol/codec/sftp/requests.ts';

/** Run as a program: an SFTP server on its standard streams whose folders have names that lead elsewhere. */
export const hostileServerFile = import.meta.filename;

export const hostileNames = [
  '../../escaped',
  '/tmp/escaped',
  'a/../../escaped',
  '..',
  '.',
  '',
  'nul\0',
  '../escaped',
];

let isListed = false;

function answerTo(request: SftpRequest): SftpAnswer {
  const file = { mode: 0o100644, size: 5 };
  if (request.type === 'stat' || request.type === 'lstat')
    return { type: 'attrs', attributes: { mode: 0o40755 } };
  if (request.type === 'opendir' || request.type === 'open')
    return { type: 'handle', handle: Buffer.from('h') };
  if (request.type === 'read')
    return { type: 'data', data: Buffer.from('owned').subarray(0, request.length) };
  if (request.type !== 'readdir') return { type: 'status', code: 0, message: '' };
  if (isListed) return { type: 'status', code: 1, message: '' };
  isListed = true;
  const names = [...hostileNames, 'good'].map((name) => Buffer.from(name));
  return { type: 'name', entries: names.map((name) => ({ name, longName: name, attributes: file })) };
}

if (process.argv[1] === hostileServerFile) {
  const splitter = new PacketSplitter(1 << 20);
  process.stdin.on('data', (chunk: Buffer) => {
    for (const body of splitter.push(chunk)) {
      const decoded = decodeRequest(body);
      if (decoded.kind === 'init') process.stdout.write(encodeVersion({ version: 3, extensions: new Map() }));
      else if (decoded.kind === 'request')
        process.stdout.write(encodeAnswer(decoded.id, answerTo(decoded.request)));
    }
  });
}
