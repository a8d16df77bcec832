import type { Caller } from '../core.ts';
import type { ClusterApp } from './target.ts';

/** What a certificate opens. Why an app is not served is told to HTTP clients only (tunnels.md 5.3). */
export type AppAccess =
  | { readonly kind: 'allowed'; readonly app: ClusterApp; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly why: 'unknown' | 'denied' | 'locked' };
