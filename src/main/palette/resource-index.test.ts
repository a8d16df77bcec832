import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../shared/contract/resources.ts';
import { fuzzyMatch, fuzzyQuery, fuzzyText } from '../../shared/search/fuzzy.ts';
import { BestFound, ResourceIndex } from './resource-index.ts';

const resource = (name: string, label: string): Resource => ({
  uri: `/clusters/a/users/b/servers/${name}` as Resource['uri'],
  kind: 'server',
  id: name,
  name,
  address: '',
  description: '',
  labels: [{ name: 'label', value: label }],
  subKind: '',
  viaTunnel: false,
  requiresRequest: false,
  logins: [],
});
const scoresOf = (index: ResourceIndex, text: string, limit: number) => {
  const best = new BestFound(limit);
  index.search(fuzzyQuery(text), 'owner', () => 0, best);
  return best.all.map((one) => one.score);
};

describe('the index of resources', () => {
  const word = fc.stringMatching(/^[abc]{1,3}$/);
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('-'));
  const things = fc.array(fc.tuple(name, word), { maxLength: 30 });

  it('finds the best, whatever was typed before', () => {
    fc.assert(
      fc.property(
        things,
        fc.stringMatching(/^[abc ]{1,6}$/),
        fc.integer({ min: 1, max: 10 }),
        (all, text, limit) => {
          const index = new ResourceIndex();
          for (const [one, label] of all) index.add(resource(one, label));
          // Letter by letter, so that each search begins with what the one before has left.
          for (let length = 1; length <= text.length; length += 1) {
            const query = fuzzyQuery(text.slice(0, length));
            const expected = all
              .map(
                ([one, label]) => fuzzyMatch(query, fuzzyText(one), ` server  label=${label} owner`)?.score,
              )
              .filter((score) => score !== undefined)
              .sort((a, b) => b - a)
              .slice(0, limit);
            expect(scoresOf(index, text.slice(0, length), limit)).toEqual(expected);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('finds what comes while somebody types', () => {
    const index = new ResourceIndex();
    index.add(resource('web-1', ''));
    expect(scoresOf(index, 'we', 5)).toHaveLength(1);
    index.add(resource('web-2', ''));
    expect(scoresOf(index, 'web', 5)).toHaveLength(2);
    expect(scoresOf(index, 'w', 5)).toHaveLength(2);
  });
});
