import { describe, expect, it } from 'vitest';
import { fitsLabels, type LabelRule } from './label-match.ts';

const rule = (entries: Record<string, readonly string[]>): LabelRule =>
  Object.fromEntries(Object.entries(entries).map(([name, values]) => [name, { values }]));
const labels = [
  { name: 'env', value: 'prod' },
  { name: 'team/owner', value: 'Größe & "Co"' },
  { name: 'constructor', value: '__proto__' },
];

describe('the labels of a resource', () => {
  it.each([
    ['a rule for everything', { '*': ['*'] }, true],
    ['a name without its value', { '*': ['prod'] }, false],
    ['a value', { env: ['dev', 'prod'] }, true],
    ['another value', { env: ['dev'] }, false],
    ['any value', { env: ['*'] }, true],
    ['a beginning', { env: ['pr*'] }, true],
    ['an expression', { env: ['^p.+d$'] }, true],
    ['a broken expression', { env: ['^p($'] }, false],
    ['all of several', { env: ['prod'], 'team/owner': ['Größe & "Co"'] }, true],
    ['one of several', { env: ['prod'], 'team/owner': ['other'] }, false],
    ['a name that it has not', { region: ['*'] }, false],
    ['names that every object has', { constructor: ['__proto__'] }, true],
    ['no values', { env: [] }, false],
    ['nothing', {}, false],
  ])('with %s', (_what, entries: Record<string, readonly string[]>, fits) => {
    expect(fitsLabels(rule(entries), labels)).toBe(fits);
  });

  it('do not fit where there is no rule', () => {
    expect(fitsLabels(undefined, labels)).toBe(false);
  });
});
