import { AppError } from '../../../shared/errors/app-error.ts';
import type { Implementer } from './implementer.ts';

const notBuilt = (): never => {
  throw new AppError('unsupported', 'Files cannot be opened yet.');
};

export function fileRoutes({ files: os }: Implementer) {
  return {
    openBeside: os.openBeside.handler(notBuilt),
    openTab: os.openTab.handler(notBuilt),
    close: os.close.handler(notBuilt),
    reconnect: os.reconnect.handler(notBuilt),
    setShellFolder: os.setShellFolder.handler(() => undefined),
    list: os.list.handler(notBuilt),
    stat: os.stat.handler(notBuilt),
    complete: os.complete.handler(notBuilt),
    makeFolder: os.makeFolder.handler(notBuilt),
    rename: os.rename.handler(notBuilt),
    count: os.count.handler(notBuilt),
    remove: os.remove.handler(notBuilt),
    setMode: os.setMode.handler(notBuilt),
    readText: os.readText.handler(notBuilt),
    readImage: os.readImage.handler(notBuilt),
    setBookmark: os.setBookmark.handler(notBuilt),
    edit: os.edit.handler(notBuilt),
    settleEdit: os.settleEdit.handler(notBuilt),
    endEdit: os.endEdit.handler(notBuilt),
  };
}
