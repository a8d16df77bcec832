import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const userPresent = 1;
const userVerified = 4;
const hasCredential = 64;

export interface CreatedCredential {
  readonly id: string;
  readonly clientDataJson: string;
  readonly attestationObject: string;
}

export interface SignedAssertion {
  readonly id: string;
  readonly clientDataJson: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly userHandle: string;
}

/** A security key in software for tests: ES256, attestation `none` (WebAuthn level 2, sections 6.1 and 6.5). */
export class SoftAuthenticator {
  readonly #origin: string;
  readonly #credentials = new Map<string, { readonly key: KeyObject; readonly handle: string }>();
  #counter = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  create(challenge: string, rpId: string, handle = '', verified = true): CreatedCredential {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(32);
    this.#credentials.set(id.toString('base64url'), { key: privateKey, handle });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const data = Buffer.concat([
      this.#data(rpId, userPresent | hasCredential | (verified ? userVerified : 0)),
      Buffer.alloc(16),
      length,
      id,
      cose,
    ]);
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
      Buffer.from([0x58, data.length]),
      data,
    ]);
    return {
      id: id.toString('base64url'),
      clientDataJson: this.#clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
    };
  }

  get(challenge: string, rpId: string, id: string, verified = true): SignedAssertion {
    const credential = this.#credentials.get(id);
    if (!credential) throw new Error('no such credential');
    const clientData = this.#clientData('webauthn.get', challenge);
    const data = this.#data(rpId, userPresent | (verified ? userVerified : 0));
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    return {
      id,
      clientDataJson: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, credential.key).toString('base64url'),
      userHandle: Buffer.from(credential.handle).toString('base64url'),
    };
  }

  #data(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    this.#counter += 1;
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false }));
  }
}
