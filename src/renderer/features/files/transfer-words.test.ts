import { describe, expect, it } from 'vitest';
import type { TransferInfo, TransferProgress } from '../../../shared/contract/transfers.ts';
import type { AccountUri, ResourceUri } from '../../../shared/uri/uri.ts';
import { progressText, share, totalProgress, transferLook, transferTitle } from './transfer-words.ts';

const progress: TransferProgress = {
  bytesDone: 250,
  bytesTotal: 1_000,
  filesDone: 1,
  filesSkipped: 1,
  filesTotal: 4,
  foldersTotal: 0,
  isCounted: true,
  rate: 50,
  secondsLeft: 15,
};
const transfer = (changes: Partial<TransferInfo>): TransferInfo => ({
  id: 'a',
  accountUri: '/clusters/c/users/u' as AccountUri,
  serverUri: '/clusters/c/users/u/servers/s' as ResourceUri,
  serverName: 'web-01',
  login: 'root',
  direction: 'upload',
  title: 'a.txt',
  itemCount: 1,
  remoteFolder: '/',
  status: { kind: 'running' },
  progress,
  problems: [],
  problemCount: 0,
  checkHashes: false,
  createdAt: '2026-03-10T12:00:00Z',
  ...changes,
});

describe('the words of transfers', () => {
  it('tell how far it is, how fast, and how long', () => {
    expect(progressText(progress, true)).toBe('250 B of 1.0 kB · 2 of 4 files · 50 B/s · 15 s left');
    expect(progressText({ ...progress, isCounted: false, filesTotal: 1 }, false)).toBe('250 B of 1.0 kB+');
  });

  it('name what was chosen', () => {
    expect(transferTitle(transfer({ itemCount: 3 }))).toBe('a.txt and 2 more');
    expect(transferTitle(transfer({}))).toBe('a.txt');
  });

  it('do not call it done when something was left out', () => {
    expect(transferLook(transfer({ status: { kind: 'done' }, problemCount: 2 })).word).toBe(
      'done, 2 left out',
    );
  });
});

describe('progress', () => {
  it('counts files where there are no bytes, and is unknown before the count', () => {
    expect(share(progress)).toBe(0.25);
    expect(share({ ...progress, bytesTotal: 0, bytesDone: 0 })).toBe(0.25);
    expect(share({ ...progress, isCounted: false })).toBeUndefined();
  });

  it('in all leaves ended transfers out', () => {
    const all = [transfer({}), transfer({ id: 'b' }), transfer({ id: 'c', status: { kind: 'done' } })];
    expect(totalProgress(all)).toMatchObject({
      bytesDone: 500,
      bytesTotal: 2_000,
      rate: 100,
      secondsLeft: 15,
    });
    expect(totalProgress([transfer({ status: { kind: 'cancelled' } })])).toBeUndefined();
  });
});
