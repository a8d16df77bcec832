// The few globals that every target of this folder (Node, Electron, a browser page) has.
// Only `tsconfig.shared.json` includes this file; the other targets bring their own, fuller types.

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}

declare class URL {
  constructor(url: string, base?: string);
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly origin: string;
}

declare function queueMicrotask(task: () => void): void;
declare function setTimeout(task: () => void, milliseconds?: number): unknown;
declare function clearTimeout(timer: unknown): void;
