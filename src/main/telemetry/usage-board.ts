import type { UsageDataInfo, UsageEventInfo } from '../../shared/contract/usage-data.ts';

const maxRecent = 50;

/** What the person is shown of this run: the newest events with their states, how many there were, and the last trouble. */
export class UsageBoard {
  readonly #onChange: () => void;
  #recent: readonly UsageEventInfo[] = [];
  #lastFailure: UsageDataInfo['lastFailure'];
  #sent = 0;
  #dropped = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get recent(): readonly UsageEventInfo[] {
    return this.#recent;
  }

  get counts(): { readonly sent: number; readonly dropped: number } {
    return { sent: this.#sent, dropped: this.#dropped };
  }

  get lastFailure(): UsageDataInfo['lastFailure'] {
    return this.#lastFailure;
  }

  /** Puts an event in front; one that is known already is replaced. */
  show(info: UsageEventInfo): void {
    const others = this.#recent.filter((known) => known.id !== info.id);
    this.#recent = [info, ...others].slice(0, maxRecent);
    this.#onChange();
  }

  sent(id: string): void {
    this.#sent += 1;
    this.#lastFailure = undefined;
    this.#mark([id], 'sent');
  }

  /** Given up: nobody took it, its cluster is not known, or there was no room. */
  dropped(id: string): void {
    this.#dropped += 1;
    this.#mark([id], 'dropped');
  }

  discarded(ids: readonly string[]): void {
    this.#mark(ids, 'discarded');
  }

  failed(at: Date, reason: string): void {
    this.#lastFailure = { at: at.toISOString(), reason };
    this.#onChange();
  }

  #mark(ids: readonly string[], status: UsageEventInfo['status']): void {
    this.#recent = this.#recent.map((info) => (ids.includes(info.id) ? { ...info, status } : info));
    this.#onChange();
  }
}
