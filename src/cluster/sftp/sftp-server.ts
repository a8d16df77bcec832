import type { Duplex } from 'node:stream';
import { PacketSplitter } from '../../main/protocol/codec/sftp/packet-splitter.ts';
import { encodeAnswer, encodeVersion } from '../../main/protocol/codec/sftp/answers.ts';
import { maxPacketBytes, sftpStatus, sftpVersion } from '../../main/protocol/codec/sftp/packets.ts';
import { decodeRequest } from '../../main/protocol/codec/sftp/requests.ts';
import { SftpFiles } from './sftp-files.ts';

const extensions = new Map([
  ['hardlink@openssh.com', '1'],
  ['posix-rename@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
]);

/** Serves SFTP version 3 on a channel, one request after the other; what breaks the rules ends the channel. */
export function serveSftp(channel: Duplex, onEnd: (isClean: boolean) => void): void {
  const splitter = new PacketSplitter(maxPacketBytes);
  const files = new SftpFiles();
  let isOver = false;
  const end = (isClean: boolean) => {
    if (isOver) return;
    isOver = true;
    files.dispose();
    onEnd(isClean);
  };
  channel.on('data', (chunk: Buffer) => {
    if (isOver) return;
    try {
      const answers = splitter.push(chunk).map((body) => answer(body, files));
      if (answers.length > 0 && !channel.write(Buffer.concat(answers))) channel.pause();
    } catch {
      end(false);
    }
  });
  channel.on('drain', () => channel.resume());
  channel.once('end', () => end(true));
  channel.once('close', () => end(true));
  channel.on('error', () => end(false));
}

function answer(body: Buffer, files: SftpFiles): Buffer {
  const decoded = decodeRequest(body);
  if (decoded.kind === 'init') return encodeVersion({ version: sftpVersion, extensions });
  if (decoded.kind === 'request') return encodeAnswer(decoded.id, files.answer(decoded.request));
  const message = 'operation unsupported';
  return encodeAnswer(decoded.id, { type: 'status', code: sftpStatus.unsupported, message });
}
