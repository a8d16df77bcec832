import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TerminalSize } from '../../../shared/contract/ids.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { ByteClient, ShellStream } from '../../client/byte-client.ts';
import { currentTheme, onThemeChange } from '../../state/theme.ts';
import { hasHardwareGl } from './hardware-gl.ts';
import { HiddenWrites } from './hidden-writes.ts';
import { ringBell } from './bell.ts';
import { Ligatures } from './ligatures.ts';
import { fontFamilyOf, terminalOptions } from './terminal-options.ts';

const longestFolder = 16_000;
const encoder = new TextEncoder();

export interface TerminalEvents {
  onSize(size: TerminalSize): void;
  onTitle(title: string): void;
  /** The shell tells its folder (OSC 7): a `file:` address. */
  onFolder(address: string): void;
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
  readonly #ligatures: Ligatures;
  #settings: Settings;
  #webgl: WebglAddon | undefined;
  #webglFailed = false;
  #isDisposed = false;

  constructor(bytes: ByteClient, shellId: string, settings: Settings, events: TerminalEvents) {
    this.#settings = settings;
    this.terminal = new Terminal({ allowProposedApi: true, ...terminalOptions(settings, currentTheme()) });
    const { terminal } = this;
    this.#ligatures = new Ligatures(terminal);
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(new UnicodeGraphemesAddon());
    terminal.loadAddon(new WebLinksAddon((_event, url) => events.onLink(url)));
    terminal.onResize(({ cols, rows }) => events.onSize({ cols, rows }));
    terminal.parser.registerOscHandler(7, (address) => {
      if (address !== '' && address.length <= longestFolder) events.onFolder(address);
      return true;
    });
    terminal.onTitleChange((title) => events.onTitle(title.slice(0, 200)));
    terminal.attachCustomKeyEventHandler((event) => !events.takesKey(event));
    terminal.onBell(() => terminal.element && ringBell(this.#settings['terminal.bell'], terminal.element));
    this.#undoTheme = onThemeChange(() => this.configure(this.#settings));
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
    this.#ligatures.isOn = this.#settings['terminal.ligatures'];
    // A selection is whole when the pointer lets go.
    element.addEventListener('mouseup', () => setTimeout(() => this.#copySelection()));
    this.#loadFont();
  }

  /** Other settings, at once. */
  configure(settings: Settings): void {
    const before = this.#settings;
    this.#settings = settings;
    const options = terminalOptions(settings, currentTheme());
    this.terminal.options = options;
    this.#ligatures.isOn = settings['terminal.ligatures'];
    if (before['terminal.fontFamily'] !== settings['terminal.fontFamily']) this.#loadFont();
    this.fit();
  }

  /** In front: fits, draws with WebGL where it can, takes the focus. Browsers allow few WebGL contexts, so others give theirs back. */
  show(): void {
    this.#writes.isHidden = false;
    this.fit();
    this.#useWebgl();
    // A dialog keeps the focus: a terminal behind it would take the Esc that closes it.
    if (!document.querySelector('.dialog[data-open]')) this.terminal.focus();
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
  #loadFont(): void {
    const family = fontFamilyOf(this.#settings['terminal.fontFamily']);
    void document.fonts.load(`${this.#settings['terminal.fontSize']}px ${family}`).then(() => {
      if (this.#isDisposed) return;
      this.terminal.options.fontFamily = `${family}, monospace`;
      this.fit();
    });
  }

  #copySelection(): void {
    if (this.#isDisposed || !this.#settings['terminal.copyOnSelect']) return;
    const text = this.terminal.getSelection();
    if (text !== '') void navigator.clipboard.writeText(text).catch(() => undefined);
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
