import { usePoints } from '../../../shared/search/frecency.ts';
import { fuzzyMatch, fuzzyQuery, fuzzyText } from '../../../shared/search/fuzzy.ts';
import type { PaletteItem } from './palette-item.ts';

/** One row: what matched, and how well. */
export interface RankedItem {
  readonly item: PaletteItem;
  readonly score: number;
  readonly ranges: readonly (readonly [number, number])[];
}

export type Uses = Readonly<Record<string, number>>;

/** Where two match alike, what is open goes before what can be opened, and that before what can be set. */
const kindPoints: Readonly<Record<string, number>> = { tab: 30, command: 20, setting: -20 };

/** Items that match, best first; without words, those that were used go first and the others keep their order. */
export function rankItems(items: readonly PaletteItem[], text: string, uses: Uses): readonly RankedItem[] {
  const query = fuzzyQuery(text);
  const ranked = items.flatMap((item): RankedItem[] => {
    const match = fuzzyMatch(query, fuzzyText(item.name), (item.hint ?? '').toLowerCase());
    if (!match) return [];
    const kind = item.id.slice(0, item.id.indexOf(':'));
    const points = query.words.length > 0 ? (kindPoints[kind] ?? 0) : 0;
    return [{ item, score: match.score + points + usePoints(uses[item.id] ?? 0), ranges: match.ranges }];
  });
  // The sort is stable: equals keep their order.
  return ranked.sort((a, b) => b.score - a.score);
}
