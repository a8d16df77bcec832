import { type AnyContractProcedure, isContractProcedure } from '@orpc/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../shared/contract/contract.ts';
import { errorCodes } from '../../shared/errors/app-error.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, type TestPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

type Call = (input: unknown) => Promise<unknown>;

/** Every entry of the contract by its path, such as `shells.open`. */
function entriesOf(router: object, path: readonly string[] = []): [string, AnyContractProcedure][] {
  return Object.entries(router).flatMap(([name, value]: [string, unknown]) => {
    const here = [...path, name];
    if (isContractProcedure(value)) return [[here.join('.'), value] satisfies [string, AnyContractProcedure]];
    return typeof value === 'object' && value !== null ? entriesOf(value, here) : [];
  });
}

const entries = entriesOf(contract);
const shapes: readonly unknown[] = [
  undefined,
  null,
  0,
  '',
  'x'.repeat(100_000),
  true,
  [],
  [[[]]],
  {},
  { constructor: { prototype: {} } },
  JSON.parse('{"__proto__":{"polluted":true},"toString":1}'),
  ...['accountUri', 'clusterUri', 'shellId', 'tabId', 'address', 'url', 'tunnelId', 'requestUri'].flatMap(
    (key) => [{ [key]: '../../etc/passwd' }, { [key]: 1 }, { [key]: '\u0000' }, { [key]: null }],
  ),
];

describe('the contract', () => {
  const host = { ...makeHost(), openExternal: async () => undefined };
  const app = createApp(host, { version: '0.0.0' });
  let page: TestPage;
  beforeAll(async () => {
    page = await openPage(app);
  });
  afterAll(() => app.dispose());

  const call = (name: string): Call => {
    let at: unknown = page.api;
    for (const part of name.split('.')) at = (at as Record<string, unknown>)[part];
    return at as Call;
  };
  /** Why the call failed, or undefined. Anything but a refused input or a known failure is a fault. */
  const refusal = async (name: string, input: unknown): Promise<string | undefined> => {
    try {
      const answer = await call(name)(input);
      if (isFeed(answer)) await answer.return(undefined);
      return undefined;
    } catch (error) {
      const { code, data } = error as { code?: string; data?: { code?: string } };
      if (code === 'BAD_REQUEST') return code;
      expect([name, code, data?.code]).toEqual([name, 'APP', expect.stringMatching(known)]);
      return data?.code;
    }
  };

  it('has entries, each of which the page can call', () => {
    expect(entries.length).toBeGreaterThan(30);
    for (const [name] of entries) expect(call(name)).toBeTypeOf('function');
  });

  it.each(entries.map(([name, entry]) => ({ name, entry })))(
    '$name refuses junk with a code',
    async ({ name, entry }) => {
      const { inputSchema } = entry['~orpc'];
      const accepts = async (input: unknown) =>
        !inputSchema || !('issues' in (await inputSchema['~standard'].validate(input)));
      const junk = [...shapes, ...fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 100, seed: 7 })];
      for (const input of junk) {
        const refused = await refusal(name, input);
        if (!(await accepts(input))) expect([name, refused]).toEqual([name, 'BAD_REQUEST']);
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('still works afterwards', async () => {
    expect(page.state().workspace.tabs[0]).toMatchObject({ kind: 'resources' });
    expect(await page.api.shells.localPrograms()).not.toEqual([]);
  });
});

/** `internal` is what nobody foresaw: junk must not lead there. */
const known = new RegExp(`^(${errorCodes.filter((code) => code !== 'internal').join('|')})$`);

function isFeed(value: unknown): value is AsyncGenerator {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
