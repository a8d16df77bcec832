import { AppError } from '../../../shared/errors/app-error.ts';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads what a person types: `host`, `host:port`, `https://host[:port][/…]`, IPv6 in brackets.
 * Without a port both usual ones are candidates, 443 first. Throws `address-invalid`.
 */
export function parseTypedAddress(typed: string): { host: string; ports: readonly number[] } {
  const trimmed = typed.trim();
  const bare = trimmed.replace(/^https:\/\//i, '');
  if (trimmed === '') throw invalid('it is empty', typed);
  if (bare.includes('://')) throw invalid('only https:// is possible', typed);
  const authority = bare.split(/[/?#]/)[0] ?? '';
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]@\s]+)(?::(\d{1,5}))?$/.exec(authority);
  if (!match?.[1]) throw invalid('it is not of the form host or host:port', typed);
  const host = match[1].toLowerCase();
  if (!host.startsWith('[') && !/^[\p{L}\p{N}_]([\p{L}\p{N}._-]*[\p{L}\p{N}_])?\.?$/u.test(host)) {
    throw invalid('the host name has characters that cannot be in one', typed);
  }
  if (match[2] === undefined) return { host: punycode(host, typed), ports: [443, 3080] };
  const port = Number(match[2]);
  if (port < 1 || port > 65_535) throw invalid('the port must be between 1 and 65535', typed);
  return { host: punycode(host, typed), ports: [port] };
}

export function parseAddress(address: string): ProxyAddress {
  const { host, ports } = parseTypedAddress(address);
  return { host, port: ports[0] ?? 443 };
}

export function formatAddress(address: ProxyAddress): string {
  return `${address.host}:${address.port}`;
}

/** The form that sockets take: IPv6 without brackets. */
export function socketHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function punycode(host: string, typed: string): string {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    throw invalid('the host name cannot be encoded', typed);
  }
}

function invalid(why: string, typed: string): AppError {
  return new AppError('address-invalid', 'This is not an address.', {
    reason: `It was refused because ${why}.`,
    advice: 'Type it like teleport.example.com or teleport.example.com:3080.',
    action: 'edit-input',
    detail: typed.slice(0, 200),
  });
}
