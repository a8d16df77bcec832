import { randomUUID } from 'node:crypto';
import type { TransferId } from '../../../shared/contract/ids.ts';
import type { ConflictAnswer, TransferInfo } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import type { Logger } from '../../log/log.ts';
import type { StateHub } from '../../state/state-hub.ts';
import type { ServerPlace } from '../server-link.ts';
import { Transfer } from './transfer.ts';
import type { TransferRecord, TransferStore } from './transfer-store.ts';
import type { TransferWork } from './transfer-work.ts';

const atOnce = 3;
const maxEnded = 200;
const saveMs = 1_000;

export interface TransferServiceOptions {
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly store: TransferStore;
  /** What does the work of a record. */
  readonly makeWork: (record: TransferRecord) => TransferWork;
  readonly onEnd: (info: TransferInfo) => void;
  /** It is off the list. */
  readonly onForget: (id: TransferId) => void;
}

/** The queue of transfers. */
export class TransferService {
  readonly #options: TransferServiceOptions;
  readonly #transfers = new Map<TransferId, Transfer>();
  readonly #running = new Set<Promise<void>>();
  #saving: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(options: TransferServiceOptions) {
    this.#options = options;
  }

  /** What an earlier run of the app has left goes on. */
  restore(): void {
    for (const record of this.#options.store.read())
      if (this.#options.hub.state.accounts[record.accountUri]) this.#put(record, true);
    this.#startNext();
  }

  add(
    place: ServerPlace,
    what: Pick<TransferRecord, 'source' | 'target' | 'title' | 'onConflict' | 'checkHashes'>,
    id: TransferId = randomUUID(),
  ): Transfer {
    const { accountUri, serverUri, serverName, login } = place;
    const record: TransferRecord = {
      id,
      accountUri,
      serverUri,
      serverName,
      login,
      ...what,
      createdAt: this.#options.now().toISOString(),
      state: 'going',
      marks: {},
    };
    const transfer = this.#put(record, false);
    this.#startNext();
    this.#save();
    return transfer;
  }

  get(id: TransferId): Transfer {
    const transfer = this.#transfers.get(id);
    if (transfer) return transfer;
    throw new AppError('not-found', 'This transfer is not on the list any more.');
  }

  pause(id: TransferId): void {
    this.get(id).pause();
  }

  resume(id: TransferId): void {
    const transfer = this.get(id);
    if (transfer.status.kind === 'waiting') transfer.wake();
    transfer.requeue();
    this.#startNext();
  }

  async cancel(id: TransferId): Promise<void> {
    await this.get(id).cancel();
  }

  answer(id: TransferId, answer: ConflictAnswer, forAll: boolean): void {
    this.get(id).answer(answer, forAll);
  }

  /** Takes ended ones off the list; of failed ones, half files are removed. */
  async clear(ids: readonly TransferId[]): Promise<void> {
    for (const id of ids) {
      const transfer = this.#transfers.get(id);
      if (!transfer?.isOver) continue;
      if (transfer.status.kind === 'failed') await transfer.cancel();
      this.#remove(id);
    }
    this.#save();
  }

  /** The account may be used again. */
  signedIn(accountUri: AccountUri): void {
    for (const transfer of this.#transfers.values())
      if (transfer.info.accountUri === accountUri) transfer.wake();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    for (const transfer of this.#transfers.values()) transfer.quit();
    await Promise.all(this.#running);
    clearTimeout(this.#saving);
    this.#write();
  }

  #put(record: TransferRecord, isAgain: boolean): Transfer {
    const { log, now, makeWork } = this.#options;
    const transfer = new Transfer({
      record,
      work: makeWork(record),
      log,
      now,
      isAgain,
      onChange: (changed) => this.#show(changed),
      onRecord: () => this.#save(),
    });
    this.#transfers.set(record.id, transfer);
    this.#show(transfer);
    return transfer;
  }

  #startNext(): void {
    if (this.#isDisposed) return;
    for (const transfer of this.#transfers.values()) {
      if (this.#running.size >= atOnce) return;
      if (transfer.status.kind !== 'queued' || transfer.isActive) continue;
      const run = transfer.start().finally(() => {
        this.#running.delete(run);
        if (transfer.isOver && !this.#isDisposed) this.#options.onEnd(transfer.info);
        this.#forgetOld();
        this.#startNext();
      });
      this.#running.add(run);
    }
  }

  #forgetOld(): void {
    const over = [...this.#transfers.values()].filter(
      ({ status }) => status.kind === 'done' || status.kind === 'cancelled',
    );
    for (const { id } of over.slice(0, Math.max(0, over.length - maxEnded))) this.#remove(id);
  }

  #remove(id: TransferId): void {
    this.#transfers.delete(id);
    this.#options.onForget(id);
    this.#options.hub.put({ slice: 'transfers', key: id, value: null });
  }

  #show(transfer: Transfer): void {
    if (this.#transfers.get(transfer.id) === transfer && !this.#isDisposed)
      this.#options.hub.put({ slice: 'transfers', key: transfer.id, value: transfer.info });
  }

  #save(): void {
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      this.#write();
    }, saveMs);
  }

  #write(): void {
    const records = [...this.#transfers.values()].map((transfer) => transfer.record);
    this.#options.store.write(records.filter((record) => record !== undefined));
  }
}
