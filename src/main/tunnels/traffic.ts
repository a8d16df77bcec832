import type { TunnelTraffic } from '../../shared/contract/tunnels.ts';

const seconds = 60;

/** Counts what flows through a tunnel, and draws the line of the last minute. */
export class Traffic {
  #open = 0;
  #fromClient = 0;
  #toClient = 0;
  #thisSecond = 0;
  #recent: number[] = [];
  #isStale = false;

  get openConnections(): number {
    return this.#open;
  }

  opened(): void {
    this.#open += 1;
    this.#isStale = true;
  }

  closed(): void {
    this.#open -= 1;
    this.#isStale = true;
  }

  countFromClient(bytes: number): void {
    this.#fromClient += bytes;
    this.#thisSecond += bytes;
  }

  countToClient(bytes: number): void {
    this.#toClient += bytes;
    this.#thisSecond += bytes;
  }

  /** Ends a second. True when what is shown has changed. */
  tick(): boolean {
    const moved = this.#thisSecond;
    this.#thisSecond = 0;
    const wasShown = this.#recent.length > 0;
    if (moved > 0 && !wasShown) this.#recent = Array.from({ length: seconds - 1 }, () => 0);
    if (moved > 0 || wasShown) {
      this.#recent = [...this.#recent.slice(1 - seconds), moved];
      if (this.#recent.every((count) => count === 0)) this.#recent = [];
    }
    const changed = moved > 0 || wasShown || this.#isStale;
    this.#isStale = false;
    return changed;
  }

  get info(): TunnelTraffic {
    return {
      openConnections: this.#open,
      bytesFromClient: this.#fromClient,
      bytesToClient: this.#toClient,
      recent: this.#recent,
    };
  }
}
