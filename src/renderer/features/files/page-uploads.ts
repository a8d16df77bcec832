import type { PagePart } from '../../../shared/contract/transfers.ts';
import type { Session } from '../../client/session.ts';
import { type PickedFile, toPageFile } from './picked-files.ts';
import { serveFeed } from './serve-feed.ts';

/** So many files go with one call. */
const batch = 5_000;

/** Transfers whose files this page holds: leaving the page would stop them. */
const held = new Set<string>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Sends files that the page holds; resolves when the transfer is on its way. */
export async function uploadPicked(
  session: Session,
  target: { readonly paneId: string; readonly folder: string },
  files: readonly PickedFile[],
): Promise<void> {
  const infos = files.map(toPageFile);
  const { transferId } = await session.call((api) =>
    api.transfers.uploadFromPage({ ...target, files: infos.slice(0, batch), isLast: infos.length <= batch }),
  );
  void servePicked(session, transferId, files);
  for (let at = batch; at < infos.length; at += batch) {
    const part = infos.slice(at, at + batch);
    const isLast = at + batch >= infos.length;
    await session.call((api) => api.transfers.addPageFiles({ transferId, files: part, isLast }));
  }
}

/** Gives a transfer that waits for the page its files again. */
export async function reattachPicked(
  session: Session,
  transferId: string,
  files: readonly PickedFile[],
): Promise<void> {
  await session.call((api) =>
    api.transfers.reattach({ transferId, files: files.slice(0, batch).map(toPageFile) }),
  );
  void servePicked(session, transferId, files);
}

async function servePicked(
  session: Session,
  transferId: string,
  files: readonly PickedFile[],
): Promise<void> {
  if (held.size === 0) window.addEventListener('beforeunload', warn);
  held.add(transferId);
  try {
    // Parts are not waited for: the main process asks for as many at once as it wants in flight.
    await serveFeed<PagePart>(
      session,
      (api) => api.transfers.pageParts({ transferId }),
      (part) => void sendPart(session, files[part.file]?.file, part),
    );
  } finally {
    held.delete(transferId);
    if (held.size === 0) window.removeEventListener('beforeunload', warn);
  }
}

/** Answers for one part. It alone is in memory, never the whole file. */
async function sendPart(session: Session, file: File | undefined, part: PagePart): Promise<void> {
  const { partId, offset, length } = part;
  const fail = (reason: string) =>
    session.call((api) => api.transfers.failPart({ partId, reason })).catch(() => undefined);
  let bytes: ArrayBuffer;
  try {
    if (!file) throw new Error('It is not among the chosen files.');
    bytes = await file.slice(offset, offset + length).arrayBuffer();
  } catch (failure) {
    await fail(failure instanceof Error ? failure.message.slice(0, 400) : 'It cannot be read any more.');
    return;
  }
  if (bytes.byteLength !== length) {
    await fail('It has become shorter since it was chosen.');
    return;
  }
  try {
    const answer = await fetch(part.url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    if (!answer.ok) await fail(`The part was answered with status ${answer.status}.`);
  } catch {
    await fail('The part could not be handed over.');
  }
}
