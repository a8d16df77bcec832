import type { DebugPipe } from '../loopback/debug-pipe.ts';

interface StoredCredential {
  readonly credentialId: string;
  signCount: number;
}

/** A security key without hardware: Chromium's virtual authenticator, with keys that outlive the browser's process. */
export class VirtualKey {
  readonly #credentials = new Map<string, StoredCredential>();
  /** Times that it was asked for, and whether it answers at all. */
  uses = 0;
  isTouched = true;
  /** The person closes the window while it waits. */
  closesWindow = false;

  /** Plugs the key into a page; for `createBrowserAuthenticator`. */
  readonly plugIn = async (pipe: DebugPipe, sessionId: string): Promise<void> => {
    this.uses += 1;
    await pipe.send('WebAuthn.enable', {}, sessionId);
    const { authenticatorId } = await pipe.send(
      'WebAuthn.addVirtualAuthenticator',
      {
        options: {
          protocol: 'ctap2',
          transport: 'usb',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: this.isTouched,
        },
      },
      sessionId,
    );
    for (const credential of this.#credentials.values())
      await pipe.send('WebAuthn.addCredential', { authenticatorId, credential }, sessionId);
    if (this.closesWindow) {
      setTimeout(() => void pipe.send('Page.close', {}, sessionId).catch(() => undefined), 500);
    }
    pipe.onEvent((method, params) => {
      if (method !== 'WebAuthn.credentialAdded' && method !== 'WebAuthn.credentialAsserted') return;
      const credential = params['credential'] as StoredCredential;
      this.#credentials.set(credential.credentialId, credential);
    });
  };
}
