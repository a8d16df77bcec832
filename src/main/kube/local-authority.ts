import 'reflect-metadata'; // the X.509 library asks for it
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { z } from 'zod';

/** Common suffix of the names that clients ask for; it is resolved nowhere. */
export const localSuffix = 'kube.porthole.internal';

/** PEM of an authority that counts between Porthole and programs of this machine, and nowhere else. */
export const LocalAuthority = z.object({
  format: z.literal(1),
  /** Its key is thrown away once the two certificates below are signed. */
  certificate: z.string(),
  serverCertificate: z.string(),
  serverKey: z.string(),
  clientCertificate: z.string(),
  clientKey: z.string(),
});
export type LocalAuthority = z.infer<typeof LocalAuthority>;

// Node and browsers name the same types differently; the library's own are what both agree on.
type SelfSigned = Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[0];
type KeyPair = SelfSigned extends { keys: infer K } ? K : never;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const clockSlackMs = 24 * 3_600_000;
const lifetimeMs = 10 * 365 * 24 * 3_600_000;
/** It is replaced in time; a kubeconfig that a program holds open meanwhile goes on for this long. */
const renewBeforeMs = 365 * 24 * 3_600_000;

/** Makes an authority with one certificate for the listener and one for local clients. */
export async function makeLocalAuthority(now: Date): Promise<LocalAuthority> {
  const [authority, server, client] = await Promise.all([makeKeys(), makeKeys(), makeKeys()]);
  const dates = {
    notBefore: new Date(now.getTime() - clockSlackMs),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: ['Porthole on this machine'] }],
    keys: authority,
    signingAlgorithm: algorithm,
    ...dates,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const issue = async (keys: KeyPair, name: string, usage: string, names: x509.JsonGeneralName[]) =>
    x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [{ CN: [name] }],
      issuer: certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: algorithm,
      ...dates,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(certificate),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
  const serverCertificate = await issue(server, 'Porthole', x509.ExtendedKeyUsage.serverAuth, [
    { type: 'dns', value: `*.${localSuffix}` },
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ]);
  const clientCertificate = await issue(client, 'kubeconfig', x509.ExtendedKeyUsage.clientAuth, []);
  return {
    format: 1,
    certificate: pem(certificate),
    serverCertificate: pem(serverCertificate),
    serverKey: await exportKey(server.privateKey),
    clientCertificate: pem(clientCertificate),
    clientKey: await exportKey(client.privateKey),
  };
}

/** False when it is so near to its end that a new one should be made. */
export function isFresh(authority: LocalAuthority, now: Date): boolean {
  const { validToDate } = new X509Certificate(authority.certificate);
  return validToDate.getTime() - now.getTime() > renewBeforeMs;
}

async function makeKeys(): Promise<KeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as KeyPair;
}

async function exportKey(key: KeyPair['privateKey']): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key as webcrypto.CryptoKey));
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return bytes.toString('hex');
}
