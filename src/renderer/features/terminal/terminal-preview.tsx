import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef, useState } from 'react';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { Theme } from '../../state/theme.ts';
import { useTerminalSettings } from '../../state/use-appearance.ts';
import { Ligatures } from './ligatures.ts';
import { schemeTheme } from './schemes.ts';
import { terminalOptions } from './terminal-options.ts';
import { useTheme } from './use-theme.ts';
import './terminal.css';

const colours = (first: number) =>
  Array.from({ length: 8 }, (_, index) => `\u001b[${first + index}m███`).join('');
const sample = [
  '\u001b[1;32mroot@web-01\u001b[0m:\u001b[1;34m/var/log\u001b[0m# tail -n 2 app.log',
  '\u001b[36m12:04:31\u001b[0m \u001b[33mwarn\u001b[0m  retry => queue, 3 != 0',
  '\u001b[36m12:04:32\u001b[0m \u001b[31merror\u001b[0m \u001b[4mhttps://shop.example\u001b[0m -> 503 \u001b[7mtimeout\u001b[0m',
  `${colours(30)}\u001b[0m`,
  `${colours(90)}\u001b[0m`,
  '\u001b[1;32mroot@web-01\u001b[0m:\u001b[1;34m/var/log\u001b[0m# ',
].join('\r\n');

class SampleTerminal {
  readonly #terminal = new Terminal({ allowProposedApi: true, cols: 60, rows: 6, disableStdin: true });
  readonly #ligatures = new Ligatures(this.#terminal);

  constructor(element: HTMLElement) {
    this.#terminal.open(element);
    this.#terminal.textarea?.setAttribute('tabindex', '-1');
    this.#terminal.write(sample);
  }

  configure(values: Settings, theme: Theme): void {
    const options = terminalOptions(values, theme);
    this.#terminal.options = { ...options, screenReaderMode: false, scrollback: 0 };
    this.#ligatures.isOn = values['terminal.ligatures'];
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

/** A real terminal that shows what the settings of this section do. */
export function TerminalPreview() {
  const values = useTerminalSettings();
  const holder = useRef<HTMLDivElement>(null);
  const [terminal, setTerminal] = useState<SampleTerminal>();
  const theme = useTheme();
  useEffect(() => {
    if (!holder.current) return;
    const created = new SampleTerminal(holder.current);
    setTerminal(created);
    return () => created.dispose();
  }, []);
  useEffect(() => terminal?.configure(values, theme), [terminal, values, theme]);
  const { background } = schemeTheme(values['terminal.colourScheme'], theme);
  return (
    <figure className="terminal-preview">
      <figcaption className="field-label">Preview</figcaption>
      <div className="terminal-preview-screen" style={{ background }} ref={holder} inert aria-hidden />
    </figure>
  );
}
