import Conf from 'conf';

/** What electron-store adds to `conf`: the name of the file. Where Electron keeps its data the caller says anyway. */
export class ElectronStore extends Conf<Record<string, unknown>> {
  constructor({ name, ...options }: { name: string; cwd: string; clearInvalidConfig: boolean }) {
    super({ ...options, configName: name, projectName: 'porthole' });
  }
}
