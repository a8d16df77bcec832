import { AppError, isAppError } from '../../../shared/errors/app-error.ts';

const tlsCodes =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/;

/** Maps what a socket reports to what a person can use. `address` is `host:port`. */
export function fromSocketError(error: NodeJS.ErrnoException, address: string): AppError {
  if (isAppError(error)) return error;
  const detail = `${error.code ?? error.name}: ${error.message}`;
  const options = { detail, cause: error };
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
    case 'EAI_NODATA':
      return new AppError('host-not-found', `There is no host for ${address}.`, {
        ...options,
        advice: 'Check the spelling. Inside a company network, check that you are connected to it.',
        action: 'edit-input',
      });
    case 'EAI_AGAIN':
      return new AppError('network-unreachable', 'Names cannot be looked up at the moment.', {
        ...options,
        advice: 'Check the network connection.',
        action: 'retry',
      });
    case 'ECONNREFUSED':
      return new AppError('connection-refused', `Nothing listens at ${address}.`, {
        ...options,
        reason: 'The machine is there, but it refuses connections on this port.',
        advice: 'Check the port, or ask whether the cluster is running.',
        action: 'retry',
      });
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return new AppError('network-unreachable', `${address} cannot be reached from here.`, {
        ...options,
        advice: 'Check the network connection, or the VPN.',
        action: 'retry',
      });
    case 'ETIMEDOUT':
      return dialTimedOut(address, error);
    default:
      break;
  }
  if (/certificate.?expired/i.test(detail) && /ALERT/i.test(detail)) {
    return new AppError('session-expired', 'Your session on this cluster has expired.', {
      ...options,
      advice: 'Sign in again.',
      action: 'sign-in',
    });
  }
  if (/wrong.version.number|packet.length/i.test(detail)) {
    return new AppError('not-teleport', `${address} does not speak TLS.`, {
      ...options,
      reason: 'Something else answers on this port.',
      advice: 'Check the address and the port.',
      action: 'edit-input',
    });
  }
  if (tlsCodes.test(error.code ?? '')) {
    return new AppError('tls-failed', `A secure connection to ${address} could not be made.`, {
      ...options,
      reason: 'The two sides did not agree in the TLS handshake.',
      action: 'retry',
    });
  }
  return new AppError('connection-lost', `The connection to ${address} was lost.`, {
    ...options,
    advice: 'Check the network and try again.',
    action: 'retry',
  });
}

export function dialTimedOut(address: string, cause?: unknown): AppError {
  return new AppError('timed-out', `${address} does not answer.`, {
    reason: 'The connection was tried for a while, and nothing came back.',
    advice: 'Check the network, the address and any firewall between.',
    action: 'retry',
    cause,
  });
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'This was cancelled.');
}
