import { z } from 'zod';
import type { AccountDiagnosis, Diagnosis, SessionDiagnosis } from '../../shared/contract/diagnostics.ts';
import type { LogEntry, LogField } from '../../shared/contract/log.ts';
import { type SettingName, Settings, type SettingsInfo } from '../../shared/contract/settings.ts';

export interface ReportOptions {
  /** The person lets names of users, clusters and hosts, addresses, paths and messages go out. */
  readonly withNames: boolean;
  readonly at: Date;
  readonly settings: SettingsInfo;
}

/** The text that a person sends to somebody who helps. No secret is in it, because none is in what it is made of. */
export function writeReport(diagnosis: Diagnosis, options: ReportOptions): string {
  const names = new Names(options.withNames);
  const part = (title: string, lines: readonly string[]) =>
    `${title}\n${(lines.length === 0 ? ['none'] : lines).map((line) => `  ${line}`).join('\n')}\n`;
  return [
    `Porthole report, ${options.at.toISOString()}`,
    options.withNames
      ? 'Names, addresses, paths and messages are in it as they are.\n'
      : 'Names, addresses and paths are numbered, messages are left out.\n',
    part(
      'Versions',
      diagnosis.versions.map(({ name, version }) => `${name} ${version}`),
    ),
    part('Data', [names.of('path', diagnosis.dataFolder)]),
    part('Settings that differ', changedSettings(options.settings, names)),
    part(
      'Accounts',
      diagnosis.accounts.flatMap((account) => describeAccount(account, names)),
    ),
    part(
      'Shells and tunnels',
      diagnosis.sessions.map((session) => describeSession(session, names)),
    ),
    part(
      'What went wrong, newest first',
      diagnosis.troubles.map((entry) => describeTrouble(entry, names)),
    ),
  ].join('\n');
}

/** Stand-ins for names: the same value has the same number everywhere in one report. */
class Names {
  readonly #isClear: boolean;
  readonly #known = new Map<string, Map<string, number>>();

  constructor(isClear: boolean) {
    this.#isClear = isClear;
  }

  of(kind: 'user' | 'cluster' | 'resource' | 'address' | 'path' | 'name' | 'text', value: string): string {
    if (this.#isClear || value === '') return value;
    const numbers = this.#known.get(kind) ?? new Map<string, number>();
    this.#known.set(kind, numbers);
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return `${kind}-${number}`;
  }

  /** Sentences are left out altogether: nobody knows what they hold. */
  prose(text: string): string {
    return this.#isClear ? JSON.stringify(text) : '(left out)';
  }
}

function changedSettings(info: SettingsInfo, names: Names): string[] {
  return info.changed.flatMap((changed) => {
    if (!(changed in Settings.shape)) return [];
    const name = changed as SettingName;
    const value = info.values[name];
    const isFree =
      typeof value === 'object' ||
      (typeof value === 'string' && !(Settings.shape[name].unwrap() instanceof z.ZodEnum));
    return [`${name} = ${isFree ? names.of('text', JSON.stringify(value)) : String(value)}`];
  });
}

function describeAccount(account: AccountDiagnosis, names: Names): string[] {
  const { links, roundTripMs, validFrom, validUntil, serverVersion } = account;
  const head = [
    `${names.of('user', account.userName)} on ${names.of('cluster', account.clusterName)}`,
    `at ${names.of('address', account.address)}`,
    account.status,
    account.connection,
    ...(serverVersion ? [`server ${serverVersion}`] : []),
    ...(roundTripMs === undefined ? [] : [`round trip ${Math.round(roundTripMs)} ms`]),
    ...(validFrom && validUntil ? [`certificate ${validFrom} to ${validUntil}`] : []),
  ];
  return [
    head.join(', '),
    ...links.map((link) =>
      [
        `- ${link.use}: ${link.transport}`,
        link.tls ?? 'no TLS',
        `ALPN ${link.alpn === undefined ? 'none' : safeAlpn(link.alpn)}`,
        `to ${names.of('address', link.remote)}`,
        ...(link.throughHttpProxy ? ['through the HTTP proxy'] : []),
      ].join(', '),
    ),
  ];
}

/** The protocol of the auth service carries the cluster's name in hexadecimal. */
function safeAlpn(alpn: string): string {
  return alpn.replace(/[0-9a-f]{8,}(\.teleport\.cluster\.local)?$/, '…');
}

function describeSession(session: SessionDiagnosis, names: Names): string {
  const { lastError, validUntil, address, openConnections } = session;
  return [
    `${session.kind} ${names.of('resource', session.name)}`,
    ...(session.clusterName ? [`on ${names.of('cluster', session.clusterName)}`] : []),
    session.state,
    ...(address ? [`at ${names.of('address', address)}`] : []),
    ...(openConnections === undefined ? [] : [`${openConnections} open connections`]),
    ...(validUntil ? [`certificate until ${validUntil}`] : []),
    ...(lastError ? [`last error ${lastError.code} at ${lastError.at}`] : []),
  ].join(', ');
}

function describeTrouble(entry: LogEntry, names: Names): string {
  const fields = entry.fields.map((field) => `${field.name}=${valueOf(field, names)}`);
  return [entry.at, entry.level, entry.domain, entry.event, ...fields].join(' ');
}

function valueOf({ kind, written, clear }: LogField, names: Names): string {
  switch (kind) {
    case 'word':
      return written.replaceAll('\n', ' | ');
    case 'name':
    case 'path':
      return names.of(kind, clear ?? written);
    case 'prose':
      return names.prose(clear ?? written);
    case 'secret':
      return '[secret]';
  }
}
