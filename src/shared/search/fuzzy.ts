/** Where and how well words are found in a text. */
export interface FuzzyMatch {
  /** Higher is better; comparable between texts of the same query. */
  readonly score: number;
  /** Matched characters: `[start, end)` in order, without overlaps. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** A text in the form that it is searched in. */
export interface FuzzyText {
  readonly text: string;
  readonly lower: string;
  /** Which characters occur, one bit for each class: most texts are ruled out by it. */
  readonly mask: number;
}

export interface FuzzyQuery {
  readonly words: readonly FuzzyText[];
  readonly mask: number;
}

const points = { whole: 1_000, start: 800, wordStart: 650, inside: 400, pieces: 300, hint: 150 };
const mostBrevity = 40;
const longestWord = 100;
/** Steps of the search for pieces, which could branch without end in texts that repeat themselves. */
const maxSteps = 2_000;

export function fuzzyText(text: string): FuzzyText {
  // Characters whose lower case is longer would shift every place behind them.
  const lowered = text.toLowerCase();
  const lower = lowered.length === text.length ? lowered : text;
  return { text, lower, mask: maskOf(lower) };
}

/** Words in any order; each has to be found. */
export function fuzzyQuery(text: string): FuzzyQuery {
  const words = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => fuzzyText(word.slice(0, longestWord).toLowerCase()));
  return { words, mask: words.reduce((mask, word) => mask | word.mask, 0) };
}

/**
 * Finds every word as a whole, or in pieces that each begin where a word of the text does: `pw01` and `prweb` find
 * `prod-web-01`. A word that is only in `hint` counts less and is not marked. Undefined when one is found nowhere.
 */
export function fuzzyMatch(
  query: FuzzyQuery,
  target: FuzzyText,
  hint = '',
  secondHint = '',
): FuzzyMatch | undefined {
  if (hint === '' && (query.mask & ~target.mask) !== 0) return undefined;
  let score = 0;
  const ranges: (readonly [number, number])[] = [];
  for (const word of query.words) {
    const found = (word.mask & ~target.mask) === 0 ? matchWord(word.lower, target) : undefined;
    if (found) {
      score += found.score;
      ranges.push(...found.ranges);
    } else if (hint.includes(word.lower) || secondHint.includes(word.lower)) score += points.hint;
    else return undefined;
  }
  // Of two texts that match the same way the shorter one is meant.
  const brevity = query.words.length === 0 ? 0 : Math.max(0, mostBrevity - target.lower.length / 4);
  return {
    score: query.words.length === 0 ? 0 : score / query.words.length + brevity,
    ranges: merge(ranges),
  };
}

/** What a match can have at most when one of its words is only in the hint. */
export function bestWithHint(query: FuzzyQuery): number {
  const { length } = query.words;
  return ((length - 1) * points.whole + points.hint) / Math.max(1, length) + mostBrevity;
}

function matchWord(word: string, target: FuzzyText): FuzzyMatch | undefined {
  const { lower } = target;
  if (word === lower) return { score: points.whole, ranges: [[0, word.length]] };
  let first = -1;
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
    if (at === 0) return { score: points.start, ranges: [[0, word.length]] };
    if (isWordStart(target.text, at)) return { score: points.wordStart, ranges: [[at, at + word.length]] };
    if (first < 0) first = at;
  }
  if (first >= 0) return { score: points.inside, ranges: [[first, first + word.length]] };
  return word.length < 2 ? undefined : matchPieces(word, target);
}

/** The fewest pieces; the earliest of those. */
function matchPieces(word: string, target: FuzzyText): FuzzyMatch | undefined {
  const { lower, text } = target;
  let steps = 0;
  let best: (readonly [number, number])[] | undefined;
  const search = (done: number, from: number, pieces: readonly (readonly [number, number])[]): void => {
    if (best && pieces.length >= best.length) return;
    if (done === word.length) {
      best = [...pieces];
      return;
    }
    if (best && pieces.length + 1 >= best.length) return;
    for (
      let at = lower.indexOf(word[done] ?? '', from);
      at >= 0;
      at = lower.indexOf(word[done] ?? '', at + 1)
    ) {
      if ((steps += 1) > maxSteps) return;
      if (!isWordStart(text, at)) continue;
      let length = 1;
      while (done + length < word.length && lower[at + length] === word[done + length]) length += 1;
      for (let take = length; take > 0; take -= 1)
        search(done + take, at + take, [...pieces, [at, at + take]]);
    }
  };
  search(0, 0, []);
  if (!best) return undefined;
  return { score: points.pieces - 10 * best.length, ranges: best };
}

/** The first character, one behind a separator, a hump of a camel, or the first digit of a number. */
function isWordStart(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  const here = text.charCodeAt(at);
  if (!isLetter(before) && !isDigit(before)) return true;
  // Behind leading zeros too: `h7` finds `host-007`.
  if (isDigit(here)) return !isDigit(before) || (before === zero && here !== zero);
  if (isDigit(before)) return true;
  return isUpper(here) && !isUpper(before);
}

const zero = 48;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isUpper = (code: number) => code >= 65 && code <= 90;
const isLetter = (code: number) => isUpper(code) || (code >= 97 && code <= 122) || code > 127;

/** A bit for each letter, one for digits, one for all else. */
function maskOf(lower: string): number {
  let mask = 0;
  for (let at = 0; at < lower.length; at += 1) {
    const code = lower.charCodeAt(at);
    if (code >= 97 && code <= 122) mask |= 1 << (code - 97);
    else mask |= isDigit(code) ? 1 << 26 : 1 << 27;
  }
  return mask;
}

function merge(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
