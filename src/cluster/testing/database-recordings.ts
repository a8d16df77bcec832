import { fixtureCase, loadFixture } from '../../main/protocol/fixtures/fixture.ts';

const sessions = loadFixture('tunnels/v18/db-sessions.json');

/** What one side said first in a recording of a real proxy. */
export function said(name: string, from: 'client' | 'proxy'): Buffer {
  const exchange = fixtureCase(sessions, name)['exchange'] as { from: string; b64: string }[];
  return Buffer.from(exchange.find((piece) => piece.from === from)?.b64 ?? '', 'base64');
}
