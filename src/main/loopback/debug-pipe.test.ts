import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors/app-error.ts';
import { parseAssertion, parseCreation } from '../host/ceremony-script.ts';
import { brokenText, malformedRuns } from '../protocol/fixtures/malformed.ts';
import { DebugPipe } from './debug-pipe.ts';

function open() {
  const [toBrowser, fromBrowser] = [new PassThrough(), new PassThrough()];
  const pipe = new DebugPipe(toBrowser, fromBrowser);
  return { pipe, toBrowser, fromBrowser };
}

describe('the pipe to a browser', () => {
  it('joins what comes in pieces, and gives each answer to its question', async () => {
    const { pipe, toBrowser, fromBrowser } = open();
    const events: string[] = [];
    pipe.onEvent((method) => events.push(method));
    const first = pipe.send('A');
    const second = pipe.send('B', {}, 's');
    expect(String(toBrowser.read())).toContain('{"id":1,"method":"A","params":{}}\0');
    for (const piece of [
      '{"id":2,"result":{"b":',
      '1}}\0{"method":"E"}\0{"id":1,"er',
      'ror":{"message":"no"}}\0',
    ])
      fromBrowser.write(piece);
    expect(await second).toEqual({ b: 1 });
    await expect(first).rejects.toMatchObject({ code: 'second-factor-unusable', detail: 'no' });
    expect(events).toEqual(['E']);
  });

  it('ends every question when the browser is gone or talks nonsense', async () => {
    for (const nonsense of ['null\0', '[]x\0', '{"id":"1"}\0']) {
      const { pipe, fromBrowser } = open();
      const asked = pipe.send('A');
      fromBrowser.write(nonsense);
      await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
      await expect(pipe.send('B')).rejects.toMatchObject({ code: 'cancelled' });
    }
    const { pipe, fromBrowser } = open();
    const asked = pipe.send('A');
    fromBrowser.destroy();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('answers of a ceremony', () => {
  const answers = [
    { id: 'AQ', client: 'Ag', data: 'Aw', signature: 'BA', user: '', appId: false },
    { id: 'AQ', client: 'Ag', attestation: 'Aw', resident: true },
    { failed: 'NotAllowedError', text: 'no' },
  ].map((answer) => JSON.stringify(answer));

  it('bear anything with a coded error', () => {
    fc.assert(
      fc.property(brokenText(answers), (text) => {
        for (const parse of [parseAssertion, parseCreation]) {
          try {
            parse(JSON.parse(text));
          } catch (error) {
            expect(error instanceof SyntaxError || isAppError(error)).toBe(true);
          }
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
