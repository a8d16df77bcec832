import { PassThrough, type Readable } from 'node:stream';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { type JsonObject, listOf, objectAt, textOf } from './objects.ts';
import { PodLog } from './pod-log.ts';
import { type PodProcess, startProcess } from './processes.ts';
import { type BuiltInProgram, startBuiltIn } from './programs.ts';

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly since: Date }
  | { readonly kind: 'ended'; readonly code: number; readonly since: Date; readonly until: Date };

export interface ContainerHost {
  readonly podName: string;
  readonly namespace: string;
  readonly folder: string;
  readonly now: () => Date;
  readonly restartPolicy: string;
  readonly onChange: (container: string, state: ContainerState) => void;
}

const noImages =
  'This cluster has no images. Give the container a command: it runs on this machine in a folder of its own.';
const longestBackoffMs = 60_000;

/** One container of a pod: its program, what that writes, and its ports. */
export class Container {
  readonly name: string;
  readonly image: string;
  readonly log: PodLog;
  readonly #spec: JsonObject;
  readonly #host: ContainerHost;
  readonly #attached = new Set<PassThrough>();
  readonly #stopped = new Emitter<void>();
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating', message: '' };
  #process: PodProcess | undefined;
  #builtIn: BuiltInProgram | undefined;
  #restart: NodeJS.Timeout | undefined;
  #restarts = 0;
  #isStopped = false;

  constructor(spec: JsonObject, host: ContainerHost) {
    this.#spec = spec;
    this.#host = host;
    this.name = textOf(spec['name']);
    this.image = textOf(spec['image']);
    this.log = new PodLog(host.now);
  }

  get state(): ContainerState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get process(): PodProcess | undefined {
    return this.#state.kind === 'running' ? this.#process : undefined;
  }

  get tty(): boolean {
    return this.#spec['tty'] === true;
  }

  get takesInput(): boolean {
    return this.#spec['stdin'] === true;
  }

  get environment(): Record<string, string> {
    const given = listOf(this.#spec['env']).map((entry) => objectAt(entry));
    return {
      HOSTNAME: this.#host.podName,
      POD_NAMESPACE: this.#host.namespace,
      ...Object.fromEntries(given.map((entry) => [textOf(entry['name']), textOf(entry['value'])])),
    };
  }

  /** The port on this machine behind a port of the container; undefined when nothing is there. */
  localPort(port: number): number | undefined {
    if (this.#builtIn) return this.#builtIn.ports.get(port);
    return this.process && this.#declaredPorts().includes(port) ? port : undefined;
  }

  async start(): Promise<void> {
    if (this.#isStopped) return;
    const command = [...listOf(this.#spec['command']), ...listOf(this.#spec['args'])].map(String);
    const since = this.#host.now();
    if (command.length > 0) this.#run(command, since);
    else {
      const program = await startBuiltIn(this.image, {
        podName: this.#host.podName,
        port: this.#declaredPorts()[0] ?? 80,
        write: (line) => this.#write(Buffer.from(`${line}\n`)),
      });
      if (this.#isStopped) {
        program?.stop();
        return;
      }
      this.#builtIn = program;
      this.#become(
        program ? { kind: 'running', since } : { kind: 'waiting', reason: 'ErrImagePull', message: noImages },
      );
    }
  }

  /** What the program writes from now on; ends with it. */
  attach(): Readable {
    const stream = new PassThrough();
    stream.on('error', () => undefined);
    this.#attached.add(stream);
    stream.once('close', () => this.#attached.delete(stream));
    return stream;
  }

  /** Calls when the pod is deleted: what was started in it has to end. */
  onStop(listener: () => void): Disposable {
    return this.#stopped.event(listener);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopped.fire();
    clearTimeout(this.#restart);
    this.#builtIn?.stop();
    this.#process?.stop();
    this.#endOutput();
    this.log.end();
  }

  #run(command: readonly string[], since: Date): void {
    const program = startProcess({
      command,
      folder: this.#host.folder,
      environment: this.environment,
      tty: this.tty,
    });
    this.#process = program;
    program.stdout.on('data', (chunk: Buffer) => this.#write(chunk));
    program.stderr?.on('data', (chunk: Buffer) => this.#write(chunk));
    if (!this.takesInput) program.stdin.end();
    this.#become({ kind: 'running', since });
    void program.ended.then((end) => {
      if ('failure' in end) this.#write(Buffer.from(`${end.failure}\n`));
      this.#finish('code' in end ? end.code : 127, since);
    });
  }

  #finish(code: number, since: Date): void {
    this.#process = undefined;
    this.#endOutput();
    if (this.#isStopped) return;
    this.#become({ kind: 'ended', code, since, until: this.#host.now() });
    const { restartPolicy } = this.#host;
    if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && code === 0)) {
      this.log.end();
      return;
    }
    const wait = Math.min(1_000 * 2 ** this.#restarts, longestBackoffMs);
    this.#restarts += 1;
    this.#restart = setTimeout(() => void this.start(), wait);
    if (this.#restarts > 1)
      this.#become({ kind: 'waiting', reason: 'CrashLoopBackOff', message: `starts again in ${wait} ms` });
  }

  #write(chunk: Buffer): void {
    this.log.write(chunk.toString('utf8'));
    for (const stream of this.#attached) stream.write(chunk);
  }

  #endOutput(): void {
    for (const stream of this.#attached) stream.end();
  }

  #become(state: ContainerState): void {
    this.#state = state;
    this.#host.onChange(this.name, state);
  }

  #declaredPorts(): number[] {
    return listOf(this.#spec['ports']).map((port) => Number(objectAt(port)['containerPort']));
  }
}
