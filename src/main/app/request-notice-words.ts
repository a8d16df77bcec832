import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import type { HostNotice } from '../host/host.ts';
import type { StateHub } from '../state/state-hub.ts';

const maxNames = 3;
const titles: Record<RequestNotice['kind'], (person: string) => string> = {
  approved: () => 'Your access request was approved',
  denied: () => 'Your access request was denied',
  'waits-for-review': (person) => `${person} asks for access`,
  assumable: () => 'Your access request can be assumed now',
  ending: () => 'Your access ends soon',
  'assumed-deleted': () => 'Your access was withdrawn',
};
const titlesOfMany: Record<RequestNotice['kind'], (count: number) => string> = {
  approved: (count) => `${count} of your access requests were approved`,
  denied: (count) => `${count} of your access requests were denied`,
  'waits-for-review': (count) => `${count} access requests wait for your review`,
  assumable: (count) => `${count} of your access requests can be assumed now`,
  ending: (count) => `Your access by ${count} requests ends soon`,
  'assumed-deleted': (count) => `Your access by ${count} requests was withdrawn`,
};

/**
 * Notices of one account and kind in words for the operating system. Reasons of requests are other people's text and stay
 * out of it.
 */
export function wordsOf(notices: readonly RequestNotice[], hub: StateHub): HostNotice {
  const [first] = notices;
  if (!first) throw new TypeError('There is nothing to tell.');
  const account = hub.state.accounts[first.accountUri];
  const cluster = hub.state.clusters[account?.clusterUri ?? ('' as never)]?.name ?? '';
  const withCluster = (text: string) => [text, cluster].filter((part) => part !== '').join(' · ');
  if (notices.length === 1)
    return {
      title: titles[first.kind](first.person),
      body: withCluster(first.summary),
      requestUri: first.requestUri,
    };
  const isAsked = first.kind === 'waits-for-review';
  const names = new Set(notices.map((notice) => (isAsked ? notice.person : notice.summary)));
  return { title: titlesOfMany[first.kind](notices.length), body: withCluster(listOf([...names])) };
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(', ');
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}
