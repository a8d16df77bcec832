import type { Resource } from '../../shared/contract/resources.ts';
import { usePoints } from '../../shared/search/frecency.ts';
import {
  bestWithHint,
  type FuzzyQuery,
  type FuzzyText,
  fuzzyMatch,
  fuzzyText,
} from '../../shared/search/fuzzy.ts';

/** One resource as it is searched; its labels are one text, which is far smaller. */
interface Entry {
  readonly resource: Resource;
  readonly name: FuzzyText;
  /** Lower case. */
  readonly hint: string;
}

export interface Found {
  readonly resource: Resource;
  readonly score: number;
  readonly ranges: readonly (readonly [number, number])[];
}

/** The best of many: sorted, never more than `limit`. */
export class BestFound {
  readonly #limit: number;
  readonly #found: Found[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What a next one must have more of. */
  get least(): number {
    return this.#found.length < this.#limit ? -Infinity : (this.#found.at(-1)?.score ?? -Infinity);
  }

  add(found: Found): void {
    if (found.score <= this.least) return;
    let low = 0;
    let high = this.#found.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#found[middle]?.score ?? 0) >= found.score) low = middle + 1;
      else high = middle;
    }
    this.#found.splice(low, 0, found);
    if (this.#found.length > this.#limit) this.#found.pop();
  }

  get all(): readonly Found[] {
    return this.#found;
  }
}

/** The resources of one account, ready to be searched. */
export class ResourceIndex {
  readonly #entries: Entry[] = [];
  /** Apart from the entries: most of these are ruled out by them, and need not be touched. */
  readonly #nameMasks: number[] = [];
  readonly #masks: number[] = [];
  /** What the last search could not rule out. */
  #last: { readonly key: string; readonly left: Int32Array } | undefined;
  /** Logins are the same for most servers: one list serves them all. */
  readonly #logins = new Map<string, string[]>();

  get size(): number {
    return this.#entries.length;
  }

  add(resource: Resource): void {
    const labels = resource.labels.map(({ name, value }) => `${name}=${value}`).join(' ');
    // With the address as people write it.
    const login = resource.lastLogin ?? resource.logins[0];
    const address = login === undefined ? '' : `${login}@${resource.name}`;
    const hint = `${address} ${resource.kind} ${resource.address} ${labels}`.toLowerCase();
    const name = fuzzyText(resource.name);
    this.#entries.push({
      resource: { ...resource, labels: [], logins: this.#sharedLogins(resource.logins) },
      name,
      hint,
    });
    this.#nameMasks.push(name.mask);
    this.#masks.push(name.mask | fuzzyText(hint).mask);
    this.#last = undefined;
  }

  /** `owner`: what the account adds to the searched words, in lower case. */
  search(query: FuzzyQuery, owner: string, valueOf: (uri: string) => number, best: BestFound): void {
    const ownerMask = fuzzyText(owner).mask;
    const mostWithHint = bestWithHint(query);
    const left = new Int32Array(this.#entries.length);
    let count = 0;
    const look = (at: number) => {
      const isInName = (query.mask & ~(this.#nameMasks[at] ?? 0)) === 0;
      if (!isInName && (query.mask & ~((this.#masks[at] ?? 0) | ownerMask)) !== 0) return;
      const entry = this.#entries[at];
      if (!entry) return;
      const { resource, name, hint } = entry;
      const value = valueOf(resource.uri);
      const points = value > 0 ? usePoints(value) : 0;
      let match = isInName ? fuzzyMatch(query, name) : undefined;
      // What could not come among the best is not looked at; it stays for the next letter.
      const isWorthIt = mostWithHint + points > best.least;
      if (!match && isWorthIt) match = fuzzyMatch(query, name, hint, owner);
      if (match || !isWorthIt) left[count++] = at;
      if (!match) return;
      const score = match.score + points;
      if (score > best.least) best.add({ resource, score, ranges: match.ranges });
    };
    const key = `${owner}\n${query.words.map((word) => word.lower).join(' ')}`;
    const before = this.#last;
    // A next letter or word can only rule out more.
    if (before && key.startsWith(before.key)) for (const at of before.left) look(at);
    else for (let at = 0; at < this.#entries.length; at += 1) look(at);
    this.#last = { key, left: left.subarray(0, count) };
  }

  /** Those of some URIs, in no order. */
  pick(uris: ReadonlySet<string>): readonly Resource[] {
    if (uris.size === 0) return [];
    return this.#entries.filter(({ resource }) => uris.has(resource.uri)).map(({ resource }) => resource);
  }

  #sharedLogins(logins: string[]): string[] {
    const key = logins.join('\n');
    const known = this.#logins.get(key);
    if (known) return known;
    this.#logins.set(key, logins);
    return logins;
  }
}
