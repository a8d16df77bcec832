import type { LogValueKind } from '../../shared/contract/log.ts';

const maxLength = 4_000;
/** What another program said is prose, and nobody knows what it says: keys and certificates are cut out of it. */
const keyTexts = /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)|[A-Za-z0-9+/_-]{80,}={0,2}/g;

/** A text with what it is. A plain string cannot be logged: whoever logs one has to say which kind it is of. */
export class LogText {
  readonly kind: LogValueKind;
  readonly text: string;

  private constructor(kind: LogValueKind, text: string) {
    this.kind = kind;
    this.text = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  }

  static of(kind: Exclude<LogValueKind, 'secret'>, text: string): LogText {
    return new LogText(kind, text);
  }

  static readonly secret = new LogText('secret', '');
}

export type LogValue = number | boolean | undefined | LogText;
export type LogFields = Readonly<Record<string, LogValue>>;

/** The program's own: a code, a version, a state, an instant, an id that was made here. Written as it is. */
export function asWord(text: string): LogText {
  return LogText.of('word', text);
}

/** A user, cluster, host, resource, label or address. The file gets a digest that says only which are the same. */
export function asName(text: string): LogText {
  return LogText.of('name', text);
}

/** A place on this machine. Written like a name. */
export function asPath(text: string): LogText {
  return LogText.of('path', text);
}

/** A sentence that may hold names, paths and what the other side said. The file does not get it. */
export function asProse(text: string | undefined): LogText | undefined {
  return text === undefined ? undefined : LogText.of('prose', text.replaceAll(keyTexts, '[cut]'));
}

/** Marks that there was a key, a password or a code. The value itself is dropped here and goes nowhere. */
export function asSecret(_value: unknown): LogText {
  return LogText.secret;
}
