import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { anonymize, isClusterId } from './anonymize.ts';
import type { HashedNames } from './encode.ts';

export interface UsageSubject {
  readonly clusterName: string;
  readonly userName: string;
  /** The root cluster's UUID. A secret of this domain: kept in memory, never logged, never in a page. */
  readonly clusterId: string;
}

/** Asks the cluster when it is not known yet; rejects when it cannot be had. */
export type FindSubject = (account: AccountUri) => Promise<UsageSubject>;

/** The names as they leave this machine. */
export function hashNames(subject: UsageSubject): HashedNames {
  if (!isClusterId(subject.clusterId)) throw new AppError('answer-invalid', 'The cluster has no usable id.');
  return {
    clusterName: anonymize(subject.clusterId, subject.clusterName),
    userName: anonymize(subject.clusterId, subject.userName),
  };
}
