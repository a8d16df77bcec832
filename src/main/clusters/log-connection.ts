import type { ConnectionInfo } from '../../shared/contract/clusters.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asName, asProse, asWord } from '../log/log-value.ts';

/** A line for each new state of an account's connection; a lost one is trouble, with its code. */
export function logConnection(log: Logger, uri: AccountUri, connection: ConnectionInfo): void {
  const account = asName(uri);
  if (connection.state !== 'lost') {
    log.info(`connection-${connection.state}`, { account });
    return;
  }
  const { code, message, detail } = connection.problem;
  log.warn('connection-lost', {
    account,
    code: asWord(code),
    error: asProse(message),
    detail: asProse(detail),
  });
}
