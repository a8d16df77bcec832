/** The next thing to say to a client that is being refused. */
export interface RefusalStep {
  readonly bytes: Buffer;
  /** Nothing follows: the connection can be closed. False: the client answers to this first. */
  readonly isLast: boolean;
}
