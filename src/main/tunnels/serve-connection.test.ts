import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import { refuseDatabaseClient } from '../protocol/codec/database/refusal.ts';
import type { ByteTarget } from './byte-target.ts';
import { CertificateSlot } from './certificate-slot.ts';
import { type ConnectionServices, serveConnection } from './serve-connection.ts';

const unreached = (): never => {
  throw new Error('nothing is dialed in this test');
};

function targetOf(protocol: string): ByteTarget {
  return {
    subject: 'the database orders',
    clientSpeaksFirst: protocol !== 'mysql',
    refusesTls: true,
    alpn: unreached,
    find: unreached,
    answersAlways: true,
    isAnsweredByClose: () => false,
    insistedOnTls: () => false,
    mayNeedTime: () => false,
    silentClose: unreached,
    describe: unreached,
    refuse: (message, said) => refuseDatabaseClient(protocol, message, said),
  };
}

/** A connection to a tunnel whose certificate comes when the test says so. */
function connect(protocol: string) {
  const failures: AppError[] = [];
  const settle = Promise.withResolvers<TunnelCertificate>();
  const slot = new CertificateSlot({
    now: () => new Date(),
    onChange: () => undefined,
    issue: () => settle.promise,
  });
  const [client, local] = duplexPair();
  client.once('close', () => local.destroy());
  const ended = once(client, 'end');
  ended.catch(() => undefined);
  serveConnection(local, {
    target: targetOf(protocol),
    slot,
    dialer: { dial: unreached, offerPing: unreached } as unknown as ConnectionServices['dialer'],
    diagnosis: { explain: unreached } as unknown as ConnectionServices['diagnosis'],
    countFromClient: () => undefined,
    countToClient: () => undefined,
    failed: (error) => failures.push(error),
    closed: () => undefined,
  });
  return { client, ended, failures, settle };
}

async function heard(client: Duplex): Promise<string> {
  const [chunk] = (await once(client, 'data')) as [Buffer];
  return chunk.toString('latin1');
}

describe('a connection that waits for a person', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is told after a minute that it waited too long, in its own protocol', async () => {
    const { client, ended, failures } = connect('redis');
    const answer = heard(client);
    client.write('PING\r\n');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(failures.map(({ code }) => code)).toEqual(['timed-out']);
    expect(await answer).toMatch(
      /^-ERR Porthole: A connection to the database orders waited too long\. .*\r\n$/,
    );
    await ended;
  });

  it('is told at once that the person closed the question', async () => {
    const { client, ended, failures, settle } = connect('mysql');
    const answer = heard(client);
    settle.reject(new AppError('cancelled', 'The sign-in was closed.'));
    expect((await answer).slice(4)).toBe('\xff\x51\x04Porthole: The sign-in was closed.');
    expect(failures).toHaveLength(1);
    await ended;
  });

  it('is closed when it does not go on with its talk', async () => {
    const { client, ended, settle } = connect('postgres');
    const answer = heard(client);
    client.write(Buffer.from('0000000804d2162f', 'hex'));
    settle.reject(new AppError('cancelled', 'The sign-in was closed.'));
    expect(await answer).toBe('N');
    await vi.advanceTimersByTimeAsync(5_000);
    await ended;
  });

  it('leaves no timer when its client goes', async () => {
    const { client, failures } = connect('redis');
    client.write('PING\r\n');
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(1);
    client.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(failures).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
