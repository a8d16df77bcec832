import { certificateAlgorithm } from '../../codec/ssh/algorithms.ts';
import { isCertificateBlob, parseSshCertificate } from '../../codec/ssh/certificate.ts';
import { sshString } from '../../codec/ssh/wire.ts';
import { type CertificateKey, certificateOf } from './certificate-key.ts';
import { type Kex, type Protocol, type SignCallback, sendPacket } from './ssh2-internals.ts';

const userauthRequest = 50;

/**
 * Lets key exchanges of this connection, the first and every later one, use host certificates (ssh.md 5.4).
 * If an assumption breaks, ssh2 ends with a parse or signature error: it fails closed.
 */
export function hookHostCertificates(protocol: Protocol): void {
  let current = protocol._kex;
  Object.defineProperty(protocol, '_kex', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (kex: Kex | undefined) => {
      current = kex;
      if (kex) hookExchange(protocol, kex);
    },
  });
}

function hookExchange(protocol: Protocol, kex: Kex): void {
  const name = kex.negotiated.serverHostKey;
  const algorithm = certificateAlgorithm(name);
  if (!algorithm) return;
  // Until K_S is known the server looks its key up by the negotiated name and the client compares the blob's type;
  // afterwards the name inside the signature counts, which for certificates is the plain one.
  Object.defineProperty(kex.negotiated, 'serverHostKey', {
    configurable: true,
    enumerable: true,
    get: () => {
      if (kex._hostKey !== undefined) return algorithm.signatureName;
      return protocol._server ? name : algorithm.blobType;
    },
  });
  if (protocol._server) return;
  // The client hashes K_S, then asks for its own public value, then parses K_S: exchange the blob at that moment.
  const original = kex.getPublicKey;
  kex.getPublicKey = function getPublicKey(this: Kex) {
    const value = original.call(this);
    if (this._hostKey !== undefined && isCertificateBlob(this._hostKey)) {
      this._hostKey = parseSshCertificate(this._hostKey).publicKey;
    }
    return value;
  };
}

/** Lets a client authenticate with a certificate key, signing at once instead of asking first (ssh.md 5.2). */
export function hookUserCertificates(protocol: Protocol): void {
  const original = protocol.authPK;
  protocol.authPK = function authPK(this: Protocol, username, key, algorithm, sign) {
    const info = (key as Partial<CertificateKey> | undefined)?.[certificateOf];
    if (!info) {
      original.call(this, username, key, algorithm, sign);
      return;
    }
    const givenSign = typeof algorithm === 'function' ? (algorithm as SignCallback) : sign;
    const certificateKey = key as CertificateKey;
    const request = Buffer.concat([
      Buffer.from([userauthRequest]),
      sshString(username),
      sshString('ssh-connection'),
      sshString('publickey'),
      Buffer.from([1]),
      sshString(info.algorithm.name),
      sshString(info.blob),
    ]);
    const finish = (value: Buffer) => {
      this._authsQueue.push('publickey');
      const signature = Buffer.concat([sshString(info.algorithm.signatureName), sshString(value)]);
      sendPacket(this, Buffer.concat([request, sshString(signature)]));
    };
    const toSign = Buffer.concat([sshString(this._kex?.sessionID ?? Buffer.alloc(0)), request]);
    if (givenSign) givenSign(toSign, finish);
    else finish(certificateKey.sign(toSign));
  };
}

/**
 * Keeps `window-change` away from channels without a pty, because it ends a real server's process (ssh.md 0, 5.6).
 * Sends `shell` right behind `pty-req`, as OpenSSH does: waiting for the answer between them costs a round trip and, with
 * an sshd that has not yet turned Nagle's algorithm off, 40 ms. Only shells ask for a pty here.
 */
export function guardTerminals(protocol: Protocol): { hasPty(channel: number): boolean } {
  const withPty = new Set<number>();
  const withShell = new Set<number>();
  const { pty, shell, windowChange, channelClose } = protocol;
  protocol.pty = function guardedPty(this: Protocol, channel, ...rest) {
    withPty.add(channel);
    pty.call(this, channel, ...rest);
    withShell.add(channel);
    shell.call(this, channel, true);
  };
  protocol.shell = function shellOnce(this: Protocol, channel, wantReply) {
    // ssh2 asks for it when the pty was granted; the answer to the one that is on its way counts.
    if (!withShell.delete(channel)) shell.call(this, channel, wantReply);
  };
  protocol.windowChange = function guardedWindowChange(this: Protocol, channel, rows, cols, height, width) {
    if (withPty.has(channel)) windowChange.call(this, channel, rows, cols, height, width);
  };
  protocol.channelClose = function guardedChannelClose(this: Protocol, channel) {
    withPty.delete(channel);
    withShell.delete(channel);
    channelClose.call(this, channel);
  };
  return { hasPty: (channel) => withPty.has(channel) };
}
