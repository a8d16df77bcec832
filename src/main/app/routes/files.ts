import { completePath, listFolder, makeFolder, renamePath, setMode, statPath } from '../../files/browse.ts';
import { readImage, readText } from '../../files/read-small.ts';
import { countTree, TreeRemoval } from '../../files/remove.ts';
import type { WorkspaceService } from '../../workspace/workspace-service.ts';
import { toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { AppFiles } from '../files.ts';
import type { Implementer } from './implementer.ts';

export interface FileRoutesServices {
  readonly files: AppFiles;
  readonly workspace: WorkspaceService;
}

export function fileRoutes({ files: os }: Implementer, services: FileRoutesServices) {
  const { workspace } = services;
  const { panes, edits } = services.files;
  return {
    openBeside: os.openBeside.handler(({ input }) => ({ paneId: panes.openBeside(input.shellId) })),
    openTab: os.openTab.handler(({ input }) => {
      const paneId = panes.open(input.serverUri, input.serverName, input.login);
      return { paneId, tabId: workspace.openFilesTab(paneId) };
    }),
    close: os.close.handler(({ input }) => panes.close(input.paneId)),
    reconnect: os.reconnect.handler(({ input }) => panes.reconnect(input.paneId)),
    setShellFolder: os.setShellFolder.handler(({ input }) =>
      panes.setShellFolder(input.shellId, input.address),
    ),
    list: os.list.handler(async function* ({ input, signal }) {
      const { session, path } = await panes.resolve(input.paneId, input.path, signal);
      for await (const chunk of listFolder(session, path)) {
        panes.noteFolder(input.paneId, chunk.path);
        yield chunk;
      }
    }),
    stat: os.stat.handler(async ({ input, signal }) => {
      const { session, path } = await panes.resolve(input.paneId, input.path, signal);
      return statPath(session, path);
    }),
    complete: os.complete.handler(async ({ input, signal }) => {
      const { session, home } = await panes.resolve(input.paneId, input.path, signal);
      return completePath(session, input.path, home);
    }),
    makeFolder: os.makeFolder.handler(async ({ input, signal }) => {
      const { session, path } = await panes.resolve(input.paneId, input.path, signal);
      await makeFolder(session, path);
    }),
    rename: os.rename.handler(async ({ input, signal }) =>
      renamePath(await panes.session(input.paneId, signal), input.from, input.to),
    ),
    count: os.count.handler(async function* ({ input, signal }) {
      yield* countTree(await panes.session(input.paneId, signal), input.paths);
    }),
    remove: os.remove.handler(async function* ({ input, signal }) {
      yield* new TreeRemoval(await panes.session(input.paneId, signal)).run(input.paths);
    }),
    setMode: os.setMode.handler(async ({ input, signal }) => {
      const session = await panes.session(input.paneId, signal);
      const asked = input.paths.map((path) =>
        setMode(session, path, input.mode).then(
          () => undefined,
          (error: unknown) => ({ path, error: toErrorInfo(error) }),
        ),
      );
      const problems = (await Promise.all(asked)).filter((problem) => problem !== undefined);
      return { problems: problems.slice(0, 100) };
    }),
    readText: os.readText.handler(async ({ input, signal }) =>
      readText(await panes.session(input.paneId, signal), input.path),
    ),
    readImage: os.readImage.handler(async ({ input, signal }) =>
      readImage(await panes.session(input.paneId, signal), input.path),
    ),
    setBookmark: os.setBookmark.handler(({ input }) =>
      panes.setBookmark(input.paneId, input.path, input.isSet),
    ),
    edit: os.edit.handler(({ input }) => ({
      editId: edits.open(input.paneId, panes.link(input.paneId), input.path),
    })),
    settleEdit: os.settleEdit.handler(({ input }) => edits.settle(input.editId, input.answer)),
    endEdit: os.endEdit.handler(({ input }) => edits.end(input.editId)),
  };
}
