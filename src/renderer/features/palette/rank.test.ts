import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaletteItem } from './palette-item.ts';
import { rankItems } from './rank.ts';

const item = (id: string, name: string, hint?: string): PaletteItem => ({
  id,
  name,
  ...(hint === undefined ? {} : { hint }),
  run: () => undefined,
});
const items = [
  item('command:settings', 'Open settings'),
  item('command:close-tab', 'Close tab'),
  item('command:find', 'Find in terminal'),
  item('tab:1', 'Settings'),
  item('setting:terminal.fontSize', 'Terminal font size', 'terminal.fontSize'),
  item('setting:terminal.bell', 'Bell', 'terminal.bell'),
];
const ids = (text: string, uses = {}) => rankItems(items, text, uses).map((ranked) => ranked.item.id);

describe('the palette', () => {
  it('puts the better match first, and of two alike the open one', () => {
    expect(ids('settings')).toEqual(['tab:1', 'command:settings']);
    expect(ids('tfs')[0]).toBe('setting:terminal.fontSize');
    expect(ids('ct')).toEqual(['command:close-tab']);
    expect(ids('terminal bell')).toEqual(['setting:terminal.bell']);
    expect(ids('nothing of this')).toEqual([]);
  });

  it('learns from use, and keeps its order without any', () => {
    expect(ids('')).toEqual(items.map(({ id }) => id));
    expect(ids('', { 'command:find': 2 })[0]).toBe('command:find');
    expect(ids('terminal')[0]).toBe('setting:terminal.fontSize');
    expect(ids('terminal', { 'command:find': 30 })[0]).toBe('command:find');
  });

  it('gives every match once, sorted, for any text and any use', () => {
    const use = fc.dictionary(
      fc.constantFrom(...items.map(({ id }) => id)),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), use, (text, uses) => {
        const ranked = rankItems(items, text, uses);
        expect(new Set(ranked.map((one) => one.item.id)).size).toBe(ranked.length);
        ranked.forEach((one, index) => {
          if (index > 0) expect(one.score).toBeLessThanOrEqual(ranked[index - 1]?.score ?? 0);
        });
        expect(rankItems(items, text, {}).length).toBe(ranked.length);
      }),
      { numRuns: 3_000 },
    );
  });
});
