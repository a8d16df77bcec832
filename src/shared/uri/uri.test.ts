import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  clusterOf,
  formatAccountUri,
  formatClusterUri,
  formatRequestUri,
  formatResourceUri,
  parseAccountUri,
  parseClusterUri,
  parseRequestUri,
  parseResourceUri,
  resourceKinds,
} from './uri.ts';

const segment = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });

describe('URIs', () => {
  it('come back from their text as they were', () => {
    fc.assert(
      fc.property(
        segment,
        segment,
        segment,
        fc.constantFrom(...resourceKinds),
        (address, userName, id, kind) => {
          const parts = { address, userName, kind, id };
          const uri = formatResourceUri(parts);
          expect(parseResourceUri(uri)).toEqual(parts);
          expect(accountOf(uri)).toBe(formatAccountUri(parts));
          expect(clusterOf(uri)).toBe(formatClusterUri(parts));
          const request = formatRequestUri(parts);
          expect(parseRequestUri(request)).toEqual({ address, userName, id });
          expect(parseResourceUri(request)).toBeUndefined();
          expect(accountOf(request)).toBe(formatAccountUri(parts));
        },
      ),
    );
  });

  it('refuse text that is not their canonical form, and never throw', () => {
    for (const text of [
      '',
      '/',
      '/clusters/',
      '/clusters/a/',
      'clusters/a',
      '/clusters/%61',
      '/clusters/a/users/',
      '/clusters/a/users/b/nothing/c',
      '/clusters/%zz',
      '/clusters/a.b',
    ]) {
      expect([parseClusterUri(text), parseAccountUri(text), parseResourceUri(text)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseClusterUri(text);
        parseAccountUri(text);
        parseResourceUri(text);
        parseRequestUri(text);
      }),
    );
  });

  it('keep two users whose names contain separators apart', () => {
    expect(formatAccountUri({ address: 'a:443', userName: 'x/users/y' })).not.toBe(
      formatAccountUri({ address: 'a:443/users/x', userName: 'y' }),
    );
    expect(parseAccountUri(formatAccountUri({ address: 'a:443', userName: '../x' }))?.userName).toBe('../x');
  });
});
