import { accountOf } from '../../../shared/uri/uri.ts';
import type { Requests } from '../requests.ts';
import type { UsageEvents } from '../usage-events.ts';
import type { Implementer } from './implementer.ts';

export function requestRoutes(
  { requests: os }: Implementer,
  { service, board, explain }: Requests,
  usageEvents: UsageEvents,
) {
  const end = (validUntil: Date) => ({ validUntil: validUntil.toISOString() });
  return {
    capabilities: os.capabilities.handler(({ input, signal }) =>
      service.capabilities(input.accountUri, signal),
    ),
    dryRun: os.dryRun.handler(({ input, signal }) => service.dryRun(input, signal)),
    create: os.create.handler(async ({ input, signal }) => {
      const created = await service.create(input, signal);
      usageEvents.requestCreated(input.accountUri, input);
      return created;
    }),
    get: os.get.handler(({ input, signal }) => service.get(input.requestUri, signal)),
    list: os.list.handler(({ input, signal }) => service.list(input, signal)),
    review: os.review.handler(async ({ input, signal }) => {
      const reviewed = await service.review(input.requestUri, input, signal);
      usageEvents.requestReviewed(accountOf(input.requestUri));
      return reviewed;
    }),
    delete: os.delete.handler(({ input, signal }) => service.delete(input.requestUri, signal)),
    previewAssume: os.previewAssume.handler(({ input, signal }) =>
      service.previewAssume(input.requestUris, signal),
    ),
    assume: os.assume.handler(async ({ input, signal }) => {
      const validUntil = await service.assume(input.requestUris, signal);
      const [first] = input.requestUris;
      if (first) usageEvents.requestsAssumed(accountOf(first));
      return end(validUntil);
    }),
    drop: os.drop.handler(async ({ input, signal }) =>
      end(await service.drop(input.accountUri, input.requestUris, signal)),
    ),
    explain: os.explain.handler(({ input, signal }) => explain(input.resourceUri, signal)),
    putCart: os.putCart.handler(({ input }) => service.putCart(input.accountUri, input.items)),
    markNoticesRead: os.markNoticesRead.handler(({ input }) => board.markRead(input.noticeIds)),
    dismissNotices: os.dismissNotices.handler(({ input }) => board.dismiss(input.noticeIds)),
  };
}
