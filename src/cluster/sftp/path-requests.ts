import {
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { SftpAnswer } from '../../main/protocol/codec/sftp/answers.ts';
import { sftpStatus } from '../../main/protocol/codec/sftp/packets.ts';
import type { SftpRequest } from '../../main/protocol/codec/sftp/requests.ts';
import { SshReader, sshUint64 } from '../../main/protocol/codec/ssh/wire.ts';
import { done, nameAnswer, unsupported } from './answers.ts';
import { attrs, setPath } from './attributes.ts';

/** Requests that name a path instead of an open file. */
export function onPath(request: SftpRequest): SftpAnswer {
  switch (request.type) {
    case 'stat':
      return attrs(statSync(local(request.path)));
    case 'lstat':
      return attrs(lstatSync(local(request.path)));
    case 'setstat':
      setPath(local(request.path), request.attributes);
      return done;
    case 'remove':
      unlinkSync(local(request.path));
      return done;
    case 'mkdir':
      mkdirSync(local(request.path), { mode: (request.attributes.mode ?? 0o777) & 0o7777 });
      return done;
    case 'rmdir':
      rmdirSync(local(request.path));
      return done;
    case 'realpath':
      return nameAnswer(realPath(request.path));
    case 'readlink':
      return nameAnswer(readlinkSync(local(request.path), { encoding: 'buffer' }));
    case 'rename':
      return rename(request.from, request.to);
    case 'symlink':
      symlinkSync(Buffer.from(request.target), local(request.path));
      return done;
    default:
      return unsupported;
  }
}

/** Never over something (draft-ietf-secsh-filexfer-02, 6.5). */
function rename(from: Uint8Array, to: Uint8Array): SftpAnswer {
  const target = local(to);
  try {
    lstatSync(target);
  } catch {
    renameSync(local(from), target);
    return done;
  }
  return { type: 'status', code: sftpStatus.failure, message: 'file exists' };
}

/** OpenSSH's own requests. */
export function extended(name: string, data: Uint8Array): SftpAnswer {
  const reader = new SshReader(data);
  if (name === 'posix-rename@openssh.com') renameSync(local(reader.bytes()), local(reader.bytes()));
  else if (name === 'hardlink@openssh.com') linkSync(local(reader.bytes()), local(reader.bytes()));
  else if (name === 'statvfs@openssh.com') return { type: 'extendedReply', data: space(reader.bytes()) };
  else return unsupported;
  return done;
}

function space(path: Uint8Array): Buffer {
  const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(local(path));
  const values = [bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, 0, 255];
  return Buffer.concat(values.map((value) => sshUint64(BigInt(value))));
}

/** An absolute path for the file system. Its bytes are kept: not every name is UTF-8. */
export function local(path: Uint8Array): Buffer {
  if (path.includes(0)) throw Object.assign(new Error('invalid argument'), { code: 'EINVAL' });
  const bytes = Buffer.from(path);
  return bytes[0] === 0x2f ? bytes : Buffer.concat([Buffer.from(`${homedir()}/`), bytes]);
}

function realPath(path: Uint8Array): Buffer {
  const whole = local(path);
  try {
    return realpathSync.native(whole, { encoding: 'buffer' });
  } catch {
    // What is not there yet has a name all the same.
    return Buffer.from(resolve(whole.toString('latin1')), 'latin1');
  }
}
