import { AppError } from '../../../shared/errors/app-error.ts';
import type { Implementer } from './implementer.ts';

const notBuilt = (): never => {
  throw new AppError('unsupported', 'Files cannot be copied yet.');
};

export function transferRoutes({ transfers: os }: Implementer) {
  return {
    choose: os.choose.handler(notBuilt),
    uploadPaths: os.uploadPaths.handler(notBuilt),
    uploadFromPage: os.uploadFromPage.handler(notBuilt),
    addPageFiles: os.addPageFiles.handler(notBuilt),
    pageParts: os.pageParts.handler(notBuilt),
    failPart: os.failPart.handler(notBuilt),
    reattach: os.reattach.handler(notBuilt),
    downloadToFolder: os.downloadToFolder.handler(notBuilt),
    downloadToPage: os.downloadToPage.handler(notBuilt),
    pageItems: os.pageItems.handler(notBuilt),
    pageWrote: os.pageWrote.handler(notBuilt),
    pause: os.pause.handler(notBuilt),
    resume: os.resume.handler(notBuilt),
    cancel: os.cancel.handler(notBuilt),
    retry: os.retry.handler(notBuilt),
    clear: os.clear.handler(notBuilt),
    answer: os.answer.handler(notBuilt),
    reveal: os.reveal.handler(notBuilt),
  };
}
