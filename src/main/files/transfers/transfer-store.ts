import { z } from 'zod';
import { RemotePath } from '../../../shared/contract/files.ts';
import { Instant, ShortText, TransferId } from '../../../shared/contract/ids.ts';
import { ConflictAnswer } from '../../../shared/contract/transfers.ts';
import { ErrorInfo } from '../../../shared/errors/app-error.ts';
import { AccountUri, ResourceUri } from '../../../shared/uri/uri.ts';
import type { JsonStore } from '../../host/host.ts';
import type { Logger } from '../../log/log.ts';
import { readStore } from '../../store/read-store.ts';

const Mark = z.object({ at: z.number(), size: z.number(), modified: z.number().optional() });

/** What a transfer is, and how far: enough to go on after the app was killed. */
export const TransferRecord = z.object({
  id: TransferId,
  accountUri: AccountUri,
  serverUri: ResourceUri,
  serverName: ShortText,
  login: ShortText,
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('disk'), paths: z.array(z.string()) }),
    z.object({ kind: z.literal('server'), paths: z.array(RemotePath) }),
    /** The page's files: their number, and a digest of names and sizes, by which they are known again. */
    z.object({ kind: z.literal('page'), count: z.number(), digest: z.string() }),
  ]),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('disk'), folder: z.string() }),
    z.object({ kind: z.literal('server'), folder: RemotePath }),
    z.object({ kind: z.literal('page'), way: z.enum(['folder', 'file', 'archive']) }),
  ]),
  title: z.string(),
  onConflict: ConflictAnswer.optional(),
  checkHashes: z.boolean(),
  createdAt: Instant,
  /** How it stands after the next start; those that are over are not kept. */
  state: z.enum(['going', 'paused', 'failed']),
  error: ErrorInfo.optional(),
  marks: z.record(z.string(), Mark),
});
export type TransferRecord = z.infer<typeof TransferRecord>;

const File = z.object({ format: z.literal(1), transfers: z.array(TransferRecord).max(5_000) });

/** The file of transfers that are not over. One that cannot be read is kept beside the new one. */
export class TransferStore {
  readonly #store: JsonStore;
  readonly #log: Logger;

  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  read(): readonly TransferRecord[] {
    return readStore({
      store: this.#store,
      log: this.#log,
      name: 'transfers',
      parse: (raw) => File.parse(raw).transfers,
      empty: [],
    });
  }

  write(transfers: readonly TransferRecord[]): void {
    try {
      this.#store.write({ format: 1, transfers: [...transfers] });
    } catch (error) {
      // A transfer that is not remembered still runs.
      this.#log.error('transfers-unsaved', error);
    }
  }
}
