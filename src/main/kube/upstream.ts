import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../../shared/errors/app-error.ts';
import type { KubeCredential, KubeTarget } from './kube-target.ts';

const patienceMs = 3_000;
const idleMs = 90_000;
const maxIdle = 8;

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  /** A kept connection may turn out to be dead; what cannot be sent twice gets a new one. */
  readonly isRepeatable: boolean;
}

/** The far side of one Kubernetes cluster: kept connections, made with the certificate of the moment. */
export class KubeUpstream {
  readonly #target: KubeTarget;
  #attempt: { readonly promise: Promise<KubeCredential>; readonly since: number } | undefined;
  #agent: { readonly credential: KubeCredential; readonly agent: TargetAgent } | undefined;

  constructor(target: KubeTarget) {
    this.#target = target;
  }

  /**
   * Throws `timed-out` when the person has to do something first: a client would not wait that long. Whoever comes while the
   * person is already waited for is told at once.
   */
  async credential(): Promise<KubeCredential> {
    this.#attempt ??= this.#begin();
    const { promise, since } = this.#attempt;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      const left = Math.max(0, since + patienceMs - performance.now());
      timer = setTimeout(() => reject(needsPerson(this.#target.name)), left);
    });
    try {
      return await Promise.race([promise, patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  #begin() {
    const promise = this.#target.credential().finally(() => {
      this.#attempt = undefined;
    });
    // Nobody may be waiting any more when it fails.
    promise.catch(() => undefined);
    return { promise, since: performance.now() };
  }

  send(credential: KubeCredential, request: UpstreamRequest): ClientRequest {
    const { method, path, headers } = request;
    return httpRequest({
      method,
      path,
      headers: headers as string[],
      setHost: false,
      agent: request.isRepeatable
        ? this.#agentFor(credential)
        : new TargetAgent(this.#target, credential, false),
    });
  }

  /** Ends connections that nobody uses; those in use end with their requests. */
  dispose(): void {
    this.#agent?.agent.endIdle();
    this.#agent = undefined;
  }

  #agentFor(credential: KubeCredential): TargetAgent {
    if (this.#agent?.credential !== credential) {
      this.dispose();
      this.#agent = { credential, agent: new TargetAgent(this.#target, credential, true) };
    }
    return this.#agent.agent;
  }
}

class TargetAgent extends Agent {
  readonly #dial: () => Promise<Duplex>;
  #isEnding = false;

  constructor(target: KubeTarget, credential: KubeCredential, keepAlive: boolean) {
    super({ keepAlive, maxFreeSockets: maxIdle, timeout: idleMs });
    this.#dial = () => target.dial(credential);
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial().then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // It answers with a boolean, which the declarations do not know.
    const isKept: unknown = super.keepSocketAlive(socket);
    return isKept !== false && !this.#isEnding;
  }

  /** Connections in use end after their answer. */
  endIdle(): void {
    this.#isEnding = true;
    for (const sockets of Object.values(this.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }
}

function needsPerson(name: string): AppError {
  return new AppError('timed-out', `The access to ${name} has to be renewed.`, {
    advice: "Answer the question in Porthole's window, then run this again.",
    facts: { waitsFor: 'person' },
  });
}
