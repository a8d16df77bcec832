import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppState, StateChange } from '../contract/state.ts';
import { applyChanges } from './apply-change.ts';

const state = {
  clusters: {},
  requests: { a: 1 },
  notices: {},
  settings: { values: {} },
} as unknown as AppState;
const change = fc.oneof(
  fc.record({
    slice: fc.constantFrom('requests', 'notices', 'carts'),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(fc.nat()),
  }),
  fc.record({ slice: fc.constant('settings'), value: fc.nat() }),
) as unknown as fc.Arbitrary<StateChange>;

describe('changes of the state', () => {
  it('bring the same together as one by one', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const before = structuredClone(state);
        const oneByOne = changes.reduce((now, one) => applyChanges(now, [one]), state);
        expect(applyChanges(state, changes)).toEqual(oneByOne);
        expect(state).toEqual(before);
      }),
    );
  });

  it('leave every other slice the very same', () => {
    const next = applyChanges(state, [{ slice: 'requests', key: 'a' as never, value: null }]);
    expect(next.requests).toEqual({});
    expect(next.clusters).toBe(state.clusters);
    expect(next.notices).toBe(state.notices);
  });
});
