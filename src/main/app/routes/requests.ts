import type { Implementer } from './implementer.ts';
import { notBuilt } from './not-built.ts';

export function requestRoutes({ requests: os }: Implementer) {
  return {
    capabilities: os.capabilities.handler(notBuilt),
    dryRun: os.dryRun.handler(notBuilt),
    create: os.create.handler(notBuilt),
    get: os.get.handler(notBuilt),
    list: os.list.handler(notBuilt),
    review: os.review.handler(notBuilt),
    delete: os.delete.handler(notBuilt),
    previewAssume: os.previewAssume.handler(notBuilt),
    assume: os.assume.handler(notBuilt),
    drop: os.drop.handler(notBuilt),
    explain: os.explain.handler(notBuilt),
    putCart: os.putCart.handler(notBuilt),
    markNoticesRead: os.markNoticesRead.handler(notBuilt),
    dismissNotices: os.dismissNotices.handler(notBuilt),
  };
}
