import { AppError } from '../../shared/errors/app-error.ts';
import { accountOf, parseAccountUri, parseResourceUri } from '../../shared/uri/uri.ts';
import { type FoundApp, findApp } from '../protocol/client/find-resource.ts';
import { majorOf } from '../protocol/codec/server-version.ts';
import { tcpAppAlpn } from '../protocol/codec/tunnel-alpn.ts';
import { checkAppFactors } from './app-roles.ts';
import { findProgram } from '../tunnels/find-program.ts';
import { HttpFront } from './http-front.ts';
import { shellLine } from '../tunnels/shell-words.ts';
import type { ByteTarget } from '../tunnels/byte-target.ts';
import type { FrontServices } from '../tunnels/local-front.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';

const host = '127.0.0.1';
const firstMajorWithoutSessions = 16;

/** An app behind a local port: `http` and `tcp` are both pipes, told apart by the name that the proxy routes by. */
export function appTarget(definition: TunnelDefinition, platform: string): ByteTarget {
  const { target } = definition;
  const name = parseResourceUri(target.resourceUri)?.id ?? '';
  const targetPort = target.kind === 'app' ? target.targetPort : undefined;
  const proxy = parseAccountUri(accountOf(target.resourceUri))?.address ?? '';
  const isTcp = definition.facts['protocol'] === 'tcp';
  let hasSessions = false;
  return {
    subject: `the app ${name}`,
    clientSpeaksFirst: !isTcp,
    refusesTls: !isTcp,
    alpn: (facts) => (facts['protocol'] === 'tcp' ? tcpAppAlpn : 'http/1.1'),
    answersAlways: false,
    isAnsweredByClose: () => false,
    insistedOnTls: () => false,
    mayNeedTime: () => hasSessions,
    ...(isTcp ? {} : { front: (services: FrontServices) => httpFront(services, name, proxy) }),
    async find(api, identity, signal) {
      const app = await findApp(api.transport, name, signal);
      hasSessions = majorOf(identity.serverVersion) < firstMajorWithoutSessions;
      const protocol = protocolOf(app);
      checkPort(app, targetPort);
      await checkAppFactors(api, identity, app, signal);
      return {
        route: {
          kind: 'app',
          name,
          publicAddress: publicAddressOf(app.publicAddress, name, proxy),
          uri: app.uri,
          targetPort,
        },
        facts: {
          protocol,
          publicAddress: publicAddressOf(app.publicAddress, name, proxy),
          targetHost: protocol === 'http' ? targetHostOf(app.uri) : '',
        },
      };
    },
    silentClose: () =>
      new AppError('target-down', `The cluster closed a connection to the app ${name}.`, {
        reason:
          'It gave no reason. The app, or the agent before it, may be down, or nothing listens on its port.',
        advice: 'Try again. If it stays so, ask who runs the app.',
        action: 'retry',
      }),
    describe(port, _databaseName, facts) {
      const isHttp = facts['protocol'] !== 'tcp';
      const address = isHttp ? `http://${host}:${port}` : `${host}:${port}`;
      return {
        name: name.slice(0, 500),
        protocol: isHttp ? 'http' : 'tcp',
        address,
        connectionString: isHttp ? address : '',
        commands: isHttp
          ? [
              {
                title: 'curl',
                preview: shellLine(['curl', `${address}/`], platform),
                isInstalled: findProgram('curl') !== undefined,
                ...(findProgram('curl') === undefined ? { install: 'Install curl.' } : {}),
              },
            ]
          : [],
      };
    },
  };
}

function httpFront(services: FrontServices, name: string, proxy: string): HttpFront {
  return new HttpFront({
    services,
    subject: `the app ${name}`,
    place: () => ({
      localPort: services.port(),
      // Tunnels that were stored before these facts were known.
      publicHost: hostOf(services.facts()['publicAddress'] ?? publicAddressOf('', name, proxy)),
      publicPort: Number(/:(\d+)$/.exec(proxy)?.[1] ?? 443),
      targetHost: services.facts()['targetHost'] ?? '',
    }),
  });
}

function publicAddressOf(own: string, name: string, proxy: string): string {
  return own || `${name}.${hostOf(proxy)}`;
}

function targetHostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : '';
}

/** Throws `protocol-unsupported` for apps that are reached in other ways (tunnels.md 5.1). */
export function protocolOf(app: FoundApp): 'http' | 'tcp' {
  if (app.uri.startsWith('tcp://')) return 'tcp';
  if (/^https?:\/\//.test(app.uri)) return 'http';
  throw new AppError('protocol-unsupported', `The app ${app.listed.name} cannot be opened with Porthole.`, {
    reason: app.uri.startsWith('cloud://')
      ? 'It stands for the interface of a cloud provider, which needs its own command line.'
      : 'It speaks neither HTTP nor plain TCP.',
    advice: 'Use tsh for it.',
  });
}

function checkPort(app: FoundApp, port: number | undefined): void {
  if (port === undefined) return;
  if (app.ports.some((range) => port >= range.from && port <= range.to)) return;
  throw new AppError('invalid-input', `The app ${app.listed.name} has no port ${port}.`, {
    reason:
      app.ports.length === 0
        ? 'It has one port only.'
        : `It has ${app.ports.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(', ')}.`,
    advice: 'Choose one of its ports.',
    action: 'edit-input',
  });
}

/** Host of `host:port`. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}
