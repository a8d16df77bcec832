/** What is chosen in a folder, by name: it survives a refresh and another order. */
export interface Selection {
  /** The row that the keyboard is on. */
  readonly active: string | undefined;
  /** Where a range began. */
  readonly anchor: string | undefined;
  readonly names: ReadonlySet<string>;
}

export const nothingSelected: Selection = { active: undefined, anchor: undefined, names: new Set() };

/** `only`: this one; `toggle`: this one in or out; `range`: all from the anchor; `move`: the keyboard goes there, the choice stays. */
export type SelectHow = 'only' | 'toggle' | 'range' | 'move';

export function select(old: Selection, order: readonly string[], index: number, how: SelectHow): Selection {
  const name = order[index];
  if (name === undefined) return old;
  switch (how) {
    case 'only':
      return { active: name, anchor: name, names: new Set([name]) };
    case 'move':
      return { ...old, active: name, anchor: name };
    case 'toggle': {
      const names = new Set(old.names);
      if (!names.delete(name)) names.add(name);
      return { active: name, anchor: name, names };
    }
    case 'range': {
      const from = Math.max(0, order.indexOf(old.anchor ?? name));
      const names = new Set(order.slice(Math.min(from, index), Math.max(from, index) + 1));
      return { active: name, anchor: order[from], names };
    }
  }
}

/** Without what is gone. */
export function keepOnly(old: Selection, names: ReadonlySet<string>): Selection {
  const kept = [...old.names].filter((name) => names.has(name));
  const keep = (name: string | undefined) => (name !== undefined && names.has(name) ? name : undefined);
  if (kept.length === old.names.size && keep(old.active) === old.active) return old;
  return { active: keep(old.active), anchor: keep(old.anchor), names: new Set(kept) };
}
