import { describe, expect, it } from 'vitest';
import { call, makeTarget, startGateway, startUpstream } from './testing/gateway.ts';

describe('what the gateway tells of refusals', () => {
  it('shows the Status that kubectl hides, and not what kubectl shows itself', async () => {
    const upstream = await startUpstream((incoming) => {
      const code = Number(incoming.url?.slice(1));
      return { code, body: JSON.stringify({ kind: 'Status', message: `because ${code}`, code }) };
    });
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    for (const code of [404, 409, 403, 500]) expect((await call(tls(), `/${code}`)).code).toBe(code);
    expect(failures.map(({ code, detail }) => [code, detail])).toEqual([
      ['access-denied', 'because 403'],
      ['target-down', 'because 500'],
    ]);
  });

  it('gives kubectl the reason as text where it would hide a Status', async () => {
    const upstream = await startUpstream((incoming) => ({
      code: incoming.url === '/apis' ? 404 : 403,
      body: JSON.stringify({ kind: 'Status', message: '[00] access denied' }),
      headers: { 'content-type': 'application/json' },
    }));
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    const headers = { 'User-Agent': 'kubectl/v1.32.4 (linux/amd64)' };
    const plain = await call(tls(), '/api?timeout=32s', { headers });
    expect(plain).toMatchObject({ code: 403, body: '[00] access denied' });
    expect(plain.headers['content-type']).toMatch(/^text\/plain/);
    for (const [path, more] of [
      ['/api', {}],
      ['/api/v1/namespaces/a/pods', { headers }],
      ['/apis', { headers }],
    ] as const)
      expect((await call(tls(), path, more)).headers['content-type']).toBe('application/json');
    expect(failures).toHaveLength(3);
    const none = makeTarget(() => 1);
    const { tls: lost } = await startGateway(none.target);
    expect(await call(lost(), '/apis/apps/v1', { headers })).toMatchObject({
      code: 502,
      body: expect.stringMatching(/^Porthole: Nothing listens at/),
    });
  });

  it('tells when nothing listens, and answers with a Status', async () => {
    const { target, failures } = makeTarget(() => 1);
    const { tls } = await startGateway(target);
    const answer = await call(tls());
    expect(JSON.parse(answer.body)).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    expect(failures[0]?.code).toBe('connection-refused');
  });
});
