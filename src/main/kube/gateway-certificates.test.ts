import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import type { KubeCredential, KubeTarget } from './kube-target.ts';
import { call, makeTarget, remote, startGateway, startUpstream } from './testing/gateway.ts';

describe('the certificates of the gateway', () => {
  it('lets nobody in without a certificate of its own authority', async () => {
    const upstream = await startUpstream();
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls, port } = await startGateway(target);
    await expect(call(tls(remote))).rejects.toThrow();
    await expect(call({ ...tls(), key: undefined, cert: undefined })).rejects.toThrow();
    await expect(
      new Promise((resolve, reject) => {
        plainRequest({ host: '127.0.0.1', port }, resolve).on('error', reject).end();
      }),
    ).rejects.toThrow();
    expect(upstream.seen).toEqual([]);
    // A client that does without TLS sees a close only; the person is told.
    await expect.poll(() => failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      code: 'protocol-unsupported',
      message: expect.stringContaining('without TLS'),
    });
  });

  it('answers a Timeout when the person has to act first, and goes through afterwards', async () => {
    const upstream = await startUpstream();
    let answer: ((credential: KubeCredential) => void) | undefined;
    let asked = 0;
    const waiting = new Promise<KubeCredential>((resolve) => (answer = resolve));
    const made = makeTarget(() => upstream.port, {
      credential: () => {
        asked += 1;
        return waiting;
      },
    });
    const { tls } = await startGateway(made.target);
    const results = await Promise.all([call(tls()), call(tls())]);
    for (const result of results) {
      expect(result.code).toBe(504);
      expect(JSON.parse(result.body)).toMatchObject({ kind: 'Status', reason: 'Timeout' });
      expect(result.body).toContain("Answer the question in Porthole's window");
    }
    expect(made.failures).toEqual([]);
    answer?.(made.credential);
    expect((await call(tls())).code).toBe(200);
    // All of them wait for one attempt.
    expect(asked).toBe(2);
  });

  it('tells why the certificate cannot be had', async () => {
    const { target, failures } = makeTarget(() => 1, {
      credential: async () => {
        throw new AppError('session-expired', 'Your session on this cluster has expired.', {
          action: 'sign-in',
        });
      },
    });
    const { tls } = await startGateway(target);
    const answer = await call(tls());
    expect(JSON.parse(answer.body)).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect(failures.map((error) => error.code)).toEqual(['session-expired']);
  });

  it('takes a renewed certificate without touching what runs', async () => {
    const upstream = await startUpstream();
    const made = makeTarget(() => upstream.port);
    let current = made.credential;
    const used: KubeCredential[] = [];
    const dial = made.target.dial;
    const target: KubeTarget = {
      ...made.target,
      credential: async () => current,
      dial: (credential) => {
        used.push(credential);
        return dial(credential);
      },
    };
    const { tls } = await startGateway(target);
    const stream = request({ agent: false, ...tls(), path: '/stream' });
    stream.end();
    const [answer] = (await once(stream, 'response')) as [IncomingMessage];
    current = { ...current };
    await call(tls());
    expect(used).toHaveLength(2);
    expect(used[1]).toBe(current);
    expect(answer.destroyed).toBe(false);
    stream.destroy();
  });
});
