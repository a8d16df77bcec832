import type { Terminal } from '@xterm/xterm';

/** Runs of signs that programming fonts draw as one; cells of a run are handed to the font together. */
const runs =
  /(?:<!--|<=>|<->|<-->|-->|<--|==>|<==|===|!==|=\/=|=:=|\.\.\.|\.\.<|::=|:::|\|\|>|<\|\|\|?|<\|>|<\$>|<\*>|<\+>|<~>|~~>|<~~|>>=|<<=|>>>|<<<|\|\|\||&&&|\/\/\/|###|---|\+\+\+|\*\*\*|\?\?\?|->|<-|=>|<=|>=|==|!=|::|:=|=:|\.\.|\|>|<\||>>|<<|\|\||&&|\/\/|\/\*|\*\/|##|--|\+\+|\*\*|\?\?|\?\.|!!|~>|<~|~@|%%|\|-|-\||\|=|#\(|#\{|#\[|\]#|<\/>|<\/|\/>|<>|www)/g;

/** Places of a line, from and to, that are drawn together. */
export function ligatureRanges(text: string): [number, number][] {
  return [...text.matchAll(runs)].map((match) => [match.index, match.index + match[0].length]);
}

/** Ligatures of one terminal, on or off. */
export class Ligatures {
  readonly #terminal: Terminal;
  #joiner: number | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  set isOn(isOn: boolean) {
    if (isOn === (this.#joiner !== undefined)) return;
    if (this.#joiner === undefined) this.#joiner = this.#terminal.registerCharacterJoiner(ligatureRanges);
    else {
      this.#terminal.deregisterCharacterJoiner(this.#joiner);
      this.#joiner = undefined;
    }
    this.#terminal.element?.classList.toggle('with-ligatures', isOn);
    this.#terminal.refresh(0, this.#terminal.rows - 1);
  }
}
