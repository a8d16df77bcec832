import { connect } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type { Person, ClusterCore } from './core.ts';
import { serveForwarded } from './forwarding-node.ts';
import { grantCovers } from './grant.ts';
import type { ClusterResource } from './inventory.ts';
import { loginsFor } from './roles.ts';

/** Why a node cannot be reached, in the words of a real proxy (ssh.md 1.4). */
export class DialRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Takes the proxy's end of a connection to a node of this process. */
export type LocalNode = (stream: Duplex) => void;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const dialTimeoutMs = 5_000;

/** Finds the node that a caller names and opens a byte stream to its SSH server. */
export class NodeDialer {
  readonly #core: ClusterCore;
  readonly #local = new Map<string, LocalNode>();

  constructor(core: ClusterCore) {
    this.#core = core;
  }

  addLocal(id: string, node: LocalNode): void {
    this.#local.set(id, node);
  }

  /** `host` is a UUID or a host name, without port. */
  async dial(host: string, cluster: string, caller: Person): Promise<Duplex> {
    if (cluster !== '' && cluster !== this.#core.options.name) {
      throw new DialRefusal(
        5,
        `failed to dial target host\n\tlooking up remote cluster "${cluster}"\n\tnot found`,
      );
    }
    const node = this.#find(host, caller);
    const local = this.#local.get(node.id);
    if (!local && !node.openssh) return this.#dialTcp(node);
    const [ours, theirs] = duplexPair();
    if (local) local(theirs);
    else await serveForwarded(this.#core, node, theirs, await this.#dialTcp(node));
    return ours;
  }

  #find(host: string, caller: Person): ClusterResource {
    if (host === '')
      throw new DialRefusal(2, 'failed to dial target host\n\tcannot route to empty target host');
    const visible = (node: ClusterResource) =>
      loginsFor(caller.roles, node.labels).length > 0 &&
      grantCovers(caller.grant, this.#core.options.name, node);
    if (uuid.test(host)) {
      const node = this.#core.inventory.findNode(host);
      if (node && visible(node)) return node;
      throw new DialRefusal(
        5,
        `failed to dial target host\n\tunable to locate node matching UUID-like target ${host}`,
      );
    }
    const named = this.#core.inventory.nodesNamed(host).filter(visible);
    if (named.length > 1)
      throw new DialRefusal(5, 'err-node-is-ambiguous\n\tambiguous host could match multiple nodes');
    if (named[0]) return named[0];
    throw new DialRefusal(
      14,
      'failed to dial target host\n\tdirect dialing to nodes not found in inventory is not supported',
    );
  }

  #dialTcp(node: ClusterResource): Promise<Duplex> {
    const match = /^(.*):(\d+)$/.exec(node.address);
    return new Promise((resolve, reject) => {
      const refuse = (why: string) =>
        reject(
          new DialRefusal(
            14,
            `failed to dial target host\n\tTeleport proxy failed to connect to "node" agent "${node.name}" over direct dial:\n\t${why}`,
          ),
        );
      if (!match?.[1]) {
        refuse('no address');
        return;
      }
      const socket = connect({ host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2]) });
      const timer = setTimeout(() => {
        socket.destroy();
        refuse('i/o timeout');
      }, dialTimeoutMs);
      socket.setNoDelay(true);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.on('error', () => socket.destroy());
        resolve(socket);
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        refuse(error.message);
      });
    });
  }
}
