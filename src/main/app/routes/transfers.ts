import type { Host } from '../../host/host.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { AppFiles } from '../files.ts';
import type { Implementer } from './implementer.ts';

export interface TransferRoutesServices {
  readonly files: AppFiles;
  readonly host: Host;
}

export function transferRoutes({ transfers: os }: Implementer, services: TransferRoutesServices) {
  const { host, files } = services;
  const { transfers, page } = files;
  const { service } = transfers;
  const hostFiles = () => {
    if (host.files) return host.files;
    throw new AppError('unsupported', 'Files of this machine are chosen in the page here.');
  };
  return {
    choose: os.choose.handler(async ({ input }) => ({ paths: [...(await hostFiles().choose(input.what))] })),
    uploadPaths: os.uploadPaths.handler(({ input }) => ({ transferId: transfers.uploadPaths(input) })),
    uploadFromPage: os.uploadFromPage.handler(({ input }) => ({
      transferId: transfers.uploadFromPage(input, input.isLast),
    })),
    addPageFiles: os.addPageFiles.handler(({ input }) =>
      transfers.addPageFiles(input.transferId, input.files, input.isLast),
    ),
    pageParts: os.pageParts.handler(async function* ({ input, signal }) {
      const parts = page.parts(input.transferId, signal);
      service.get(input.transferId).wake();
      yield* parts;
    }),
    failPart: os.failPart.handler(({ input }) => page.refusePart(input.partId, input.reason)),
    reattach: os.reattach.handler(({ input }) => transfers.reattach(input.transferId, input.files)),
    downloadToFolder: os.downloadToFolder.handler(({ input }) => ({
      transferId: transfers.downloadToFolder(input),
    })),
    downloadToPage: os.downloadToPage.handler(({ input }) => {
      const transferId = transfers.downloadToPage(input);
      return { transferId, ...(input.way === 'folder' ? {} : { url: `/files/downloads/${transferId}` }) };
    }),
    pageItems: os.pageItems.handler(async function* ({ input, signal }) {
      const items = page.items(input.transferId, signal);
      service.get(input.transferId).wake();
      yield* items;
    }),
    pageWrote: os.pageWrote.handler(({ input }) => page.wrote(input.transferId, input.itemId, input.result)),
    pause: os.pause.handler(({ input }) => service.pause(input.transferId)),
    resume: os.resume.handler(({ input }) => service.resume(input.transferId)),
    cancel: os.cancel.handler(({ input }) => service.cancel(input.transferId)),
    retry: os.retry.handler(({ input }) => service.resume(input.transferId)),
    clear: os.clear.handler(({ input }) => service.clear(input.transferIds)),
    answer: os.answer.handler(({ input }) => service.answer(input.transferId, input.answer, input.forAll)),
    reveal: os.reveal.handler(async ({ input }) => {
      const { localFolder } = service.get(input.transferId).info;
      if (localFolder === undefined) throw new AppError('unsupported', 'This transfer has no folder here.');
      await hostFiles().reveal(localFolder);
    }),
  };
}
