import type { ProxyPing } from '../protocol/codec/web/answers.ts';
import { parseAddress, type ProxyAddress } from '../protocol/net/address.ts';

const defaultSshPort = 3023;

/** The proxy's own SSH port where TLS routing is off before v13 (login.md 6.1); undefined otherwise. */
export function sshAddressOf(ping: ProxyPing, address: string): ProxyAddress | undefined {
  if (ping.tlsRouting || ping.sshPublicAddress === '') return undefined;
  const hasPort = /:\d+$/.test(ping.sshPublicAddress);
  const parsed = parseAddress(hasPort ? ping.sshPublicAddress : `${ping.sshPublicAddress}:${defaultSshPort}`);
  return { host: parsed.host || parseAddress(address).host, port: parsed.port };
}
