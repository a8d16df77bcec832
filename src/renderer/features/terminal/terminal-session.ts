import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TerminalSize } from '../../../shared/contract/ids.ts';
import type { ByteClient, ShellStream } from '../../client/byte-client.ts';
import { hasHardwareGl } from './hardware-gl.ts';
import { HiddenWrites } from './hidden-writes.ts';
import { onThemeChange, terminalTheme } from './theme.ts';

const scrollback = 25_000;
const fontSize = 13;
const fontFamily = '"JetBrains Mono Variable", ui-monospace, monospace';
const encoder = new TextEncoder();

export interface TerminalEvents {
  onSize(size: TerminalSize): void;
  onTitle(title: string): void;
  onLink(url: string): void;
  /** True when the chord belongs to the app and not to the shell. */
  takesKey(event: KeyboardEvent): boolean;
}

/** One xterm with its byte stream. It lives as long as its tab, also while another tab is in front. */
export class TerminalSession {
  readonly terminal: Terminal;
  readonly search = new SearchAddon({ highlightLimit: 2_000 });
  readonly #fit = new FitAddon();
  readonly #writes = new HiddenWrites((bytes, onParsed) => this.terminal.write(bytes, onParsed));
  readonly #stream: ShellStream;
  readonly #undoTheme: () => void;
  #webgl: WebglAddon | undefined;
  #webglFailed = false;
  #isDisposed = false;

  constructor(bytes: ByteClient, shellId: string, events: TerminalEvents) {
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily,
      fontSize,
      lineHeight: 1.2,
      scrollback,
      theme: terminalTheme(),
      minimumContrastRatio: 4.5,
    });
    const { terminal } = this;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(new UnicodeGraphemesAddon());
    terminal.loadAddon(new WebLinksAddon((_event, url) => events.onLink(url)));
    terminal.onResize(({ cols, rows }) => events.onSize({ cols, rows }));
    terminal.onTitleChange((title) => events.onTitle(title.slice(0, 200)));
    terminal.attachCustomKeyEventHandler((event) => !events.takesKey(event));
    this.#undoTheme = onThemeChange(() => {
      terminal.options.theme = terminalTheme();
    });
    this.#stream = bytes.attach(shellId, {
      reset: () => {
        this.#writes.flush();
        terminal.reset();
      },
      write: this.#writes.push,
    });
    terminal.onData((data) => this.#stream.send(encoder.encode(data)));
    terminal.onBinary((data) => this.#stream.send(Uint8Array.from(data, (char) => char.charCodeAt(0))));
  }

  /** Draws into `element`; called once. */
  open(element: HTMLElement): void {
    this.terminal.open(element);
    void document.fonts.load(`${fontSize}px ${fontFamily}`).then(() => this.#measureAgain());
  }

  /** In front: fits, draws with WebGL where it can, takes the focus. Browsers allow few WebGL contexts, so others give theirs back. */
  show(): void {
    this.#writes.isHidden = false;
    this.fit();
    this.#useWebgl();
    this.terminal.focus();
  }

  hide(): void {
    this.#writes.isHidden = true;
    this.#webgl?.dispose();
    this.#webgl = undefined;
  }

  fit(): void {
    if (this.terminal.element?.offsetParent) this.#fit.fit();
  }

  get size(): TerminalSize {
    return { cols: this.terminal.cols, rows: this.terminal.rows };
  }

  paste(text: string): void {
    this.terminal.paste(text);
  }

  /** All lines that are kept, without the empty ones at the end. */
  allText(): string {
    const { active } = this.terminal.buffer;
    const lines: string[] = [];
    for (let y = 0; y < active.length; y += 1) {
      const line = active.getLine(y);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stream.detach();
    this.#undoTheme();
    this.#writes.dispose();
    this.hide();
    this.terminal.dispose();
  }

  /** xterm measures its cells when an option of the font changes, but not when the font itself has come. */
  #measureAgain(): void {
    if (this.#isDisposed) return;
    this.terminal.options.fontFamily = `${fontFamily}, monospace`;
    this.fit();
  }

  #useWebgl(): void {
    if (this.#webgl || this.#webglFailed || !hasHardwareGl()) return;
    try {
      const addon = new WebglAddon();
      addon.onContextLoss(() => {
        addon.dispose();
        this.#webgl = undefined;
        this.#webglFailed = true;
      });
      this.terminal.loadAddon(addon);
      this.#webgl = addon;
    } catch {
      // The DOM renderer draws the same, slower.
      this.#webglFailed = true;
    }
  }
}
