import type { Implementer } from './implementer.ts';
import { notBuilt } from './not-built.ts';

export function tunnelRoutes({ tunnels: os }: Implementer) {
  return {
    choices: os.choices.handler(notBuilt),
    open: os.open.handler(notBuilt),
    show: os.show.handler(notBuilt),
    close: os.close.handler(notBuilt),
    listen: os.listen.handler(notBuilt),
    forget: os.forget.handler(notBuilt),
    setPort: os.setPort.handler(notBuilt),
    suggestPort: os.suggestPort.handler(notBuilt),
    setDatabaseName: os.setDatabaseName.handler(notBuilt),
    run: os.run.handler(notBuilt),
    openKubeShell: os.openKubeShell.handler(notBuilt),
    mergeKubeconfig: os.mergeKubeconfig.handler(notBuilt),
    openApp: os.openApp.handler(notBuilt),
  };
}
