import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';
import type { TunnelRoute } from '../protocol/client/tunnel-certificate.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { RefusalStep } from '../protocol/codec/database/refusal-step.ts';
import type { FrontServices, LocalFront } from './local-front.ts';

/** What is known of a target, as it is stored with its tunnel. */
export type TargetFacts = Readonly<Record<string, string>>;

export interface FoundTarget {
  readonly route: TunnelRoute;
  readonly facts: TargetFacts;
}

/** What differs between targets that are reached by a pipe of bytes: a database, an app. */
export interface ByteTarget {
  /** In sentences: `the database orders`. */
  readonly subject: string;
  /** The client speaks first, so nothing needs to be done for one that is silent. */
  readonly clientSpeaksFirst: boolean;
  /** TLS from the client can only be a mistake. */
  readonly refusesTls: boolean;
  /** Whatever a client says is answered, or the client leaves: a close in place of an answer is a cut, no goodbye. */
  readonly answersAlways: boolean;
  /** Name by which the proxy routes. Throws `protocol-unsupported`. */
  alpn(facts: TargetFacts): string;
  /** Looks it up and checks it against the roles; throws why it may not be used. */
  find(api: AuthApi, identity: AccountIdentity, signal?: AbortSignal): Promise<FoundTarget>;
  /** The client's whole message is one that a close answers. */
  isAnsweredByClose(message: Buffer): boolean;
  /** The client's whole message asked for TLS and nothing else: it left when that was declined. */
  insistedOnTls(message: Buffer): boolean;
  /** The proxy may close connections for a moment after a certificate was issued (tunnels.md 5.2). */
  mayNeedTime(): boolean;
  /** What a close without a word most likely means, when list, lock, second factor and certificate are fine. */
  silentClose(): AppError;
  /** What to say next to a client that gets no connection; `said` is what it said last. Absent: it is only closed. */
  refuse?(message: string, said: Buffer): RefusalStep;
  /** What stands before the pipe; local programs reach the pipe itself where there is none. */
  front?(services: FrontServices): LocalFront;
  /** How a person uses the local port. */
  describe(
    port: number,
    databaseName: string,
    facts: TargetFacts,
  ): Pick<TunnelInfo, 'name' | 'protocol' | 'address' | 'connectionString' | 'commands'>;
}
