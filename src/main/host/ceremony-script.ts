import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Assertion, AssertionRequest, Creation, CreationRequest } from './authenticator.ts';

// The ceremony itself runs in a page of the proxy's origin; only JSON with base64url crosses.

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const bytes = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9_-]*$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));

const helpers = `
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const toText = (buffer) => {
  let text = '';
  for (const byte of new Uint8Array(buffer ?? new ArrayBuffer(0))) text += String.fromCharCode(byte);
  return btoa(text).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
};
const keys = (list) => list.map((id) => ({ type: 'public-key', id: toBytes(id) }));
const told = (error) => ({ failed: String(error?.name ?? 'Error'), text: String(error?.message ?? '').slice(0, 500) });
`;

/** An expression whose promise resolves with the answer, or with the name of what went wrong. Never rejects. */
export function assertionScript(request: AssertionRequest): string {
  const wanted = {
    challenge: encode(request.challenge),
    timeout: request.timeoutMs,
    rpId: request.rpId,
    allow: request.allowCredentials.map(encode),
    userVerification: request.userVerification,
    appId: request.appId ?? '',
  };
  return `(async () => { ${helpers}
    const wanted = ${toSource(wanted)};
    try {
      const credential = await navigator.credentials.get({
        publicKey: {
          challenge: toBytes(wanted.challenge), timeout: wanted.timeout, rpId: wanted.rpId,
          allowCredentials: keys(wanted.allow), userVerification: wanted.userVerification,
          extensions: wanted.appId ? { appid: wanted.appId } : {},
        },
      });
      const { response } = credential;
      return {
        id: toText(credential.rawId), client: toText(response.clientDataJSON), data: toText(response.authenticatorData),
        signature: toText(response.signature), user: toText(response.userHandle),
        appId: Boolean(credential.getClientExtensionResults().appid),
      };
    } catch (error) { return told(error); }
  })()`;
}

export function creationScript(request: CreationRequest): string {
  const wanted = {
    challenge: encode(request.challenge),
    timeout: request.timeoutMs,
    rp: request.rp,
    user: { ...request.user, id: encode(request.user.id) },
    algorithms: request.algorithms,
    exclude: request.excludeCredentials.map(encode),
    attestation: request.attestation,
    residentKey: request.residentKey,
    userVerification: request.userVerification,
  };
  return `(async () => { ${helpers}
    const wanted = ${toSource(wanted)};
    try {
      const credential = await navigator.credentials.create({
        publicKey: {
          challenge: toBytes(wanted.challenge), timeout: wanted.timeout, rp: wanted.rp,
          user: { ...wanted.user, id: toBytes(wanted.user.id) },
          pubKeyCredParams: wanted.algorithms.map((alg) => ({ type: 'public-key', alg })),
          excludeCredentials: keys(wanted.exclude),
          attestation: wanted.attestation || 'none',
          authenticatorSelection: {
            residentKey: wanted.residentKey ? 'required' : 'discouraged',
            requireResidentKey: wanted.residentKey, userVerification: wanted.userVerification,
          },
          extensions: { credProps: true },
        },
      });
      const rk = credential.getClientExtensionResults().credProps?.rk;
      return {
        id: toText(credential.rawId), client: toText(credential.response.clientDataJSON),
        attestation: toText(credential.response.attestationObject),
        ...(typeof rk === 'boolean' ? { resident: rk } : {}),
      };
    } catch (error) { return told(error); }
  })()`;
}

const Failed = z.object({ failed: z.string().max(200), text: z.string().max(1_000) });
const AssertionAnswer = z.object({
  id: bytes,
  client: bytes,
  data: bytes,
  signature: bytes,
  user: bytes,
  appId: z.boolean(),
});
const CreationAnswer = z.object({
  id: bytes,
  client: bytes,
  attestation: bytes,
  resident: z.boolean().optional(),
});

export function parseAssertion(answer: unknown): Assertion {
  const { id, client, data, signature, user, appId } = checked(AssertionAnswer, answer);
  return {
    credentialId: id,
    clientDataJson: client,
    authenticatorData: data,
    signature,
    userHandle: user,
    usedAppId: appId,
  };
}

export function parseCreation(answer: unknown): Creation {
  const { id, client, attestation, resident } = checked(CreationAnswer, answer);
  return { credentialId: id, clientDataJson: client, attestationObject: attestation, isResident: resident };
}

function checked<T>(schema: z.ZodType<T>, answer: unknown): T {
  const failed = Failed.safeParse(answer);
  if (failed.success) throw ceremonyError(failed.data.failed, failed.data.text);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError('second-factor-unusable', 'The browser engine gave an answer that cannot be used.', {
    detail: z.prettifyError(parsed.error),
  });
}

/** Names of DOM exceptions of WebAuthn; browsers hide on purpose which of the causes of `NotAllowedError` it was. */
export function ceremonyError(name: string, text: string): AppError {
  const detail = `${name}: ${text}`;
  switch (name) {
    case 'NotAllowedError':
      return new AppError('code-wrong', 'The security key gave no answer.', {
        reason: 'It was not touched in time, the question was closed, or none of your keys fits this user.',
        advice: 'Plug in the key that you registered, and try again.',
        action: 'retry',
        detail,
      });
    case 'AbortError':
      return new AppError('cancelled', 'The security key was not used.', { action: 'retry', detail });
    case 'InvalidStateError':
      return new AppError('conflict', 'This key is registered already.', {
        advice: 'Use another one.',
        detail,
      });
    case 'SecurityError':
      return new AppError(
        'second-factor-unusable',
        'The browser engine refuses security keys for this cluster.',
        {
          reason: "The cluster's name for them does not belong to its address.",
          advice: 'Reach the cluster by its public address.',
          detail,
        },
      );
    default:
      return new AppError('second-factor-unusable', 'Security keys cannot be used here.', { detail });
  }
}

/** JSON that is also safe inside a script. */
function toSource(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
