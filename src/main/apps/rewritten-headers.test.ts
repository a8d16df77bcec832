import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type AppPlace, namesThisPlace } from './public-place.ts';
import { answerHeaders, requestHeaders } from './rewritten-headers.ts';

const place: AppPlace = {
  localPort: 21_000,
  publicHost: 'wiki.teleport.example',
  publicPort: 3080,
  targetHost: '10.0.0.7:8080',
};
const answer = (name: string, value: string) => answerHeaders([name, value], place, false)[1];
const request = (name: string, value: string) => requestHeaders([name, value], place, false)[3];

describe('headers to an app', () => {
  it('name its public address as the host', () => {
    expect(requestHeaders(['Host', '127.0.0.1:21000', 'Accept', '*/*'], place, false)).toEqual([
      'Host',
      'wiki.teleport.example:3080',
      'Accept',
      '*/*',
    ]);
    expect(requestHeaders([], { ...place, publicPort: 443 }, false)).toEqual([
      'Host',
      'wiki.teleport.example',
    ]);
  });

  it.each([
    ['http://127.0.0.1:21000', 'https://wiki.teleport.example:3080'],
    ['http://localhost:21000', 'https://wiki.teleport.example:3080'],
    ['http://[::1]:21000', 'https://wiki.teleport.example:3080'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['https://evil.example', 'https://evil.example'],
    ['null', 'null'],
  ])('say the origin %s as %s', (local, said) => {
    expect(request('Origin', local)).toBe(said);
  });

  it('say the page that led there at its public address', () => {
    expect(request('Referer', 'http://127.0.0.1:21000/a?b=c#d')).toBe(
      'https://wiki.teleport.example:3080/a?b=c#d',
    );
    expect(request('Referer', 'http://127.0.0.1:21001/a')).toBe('http://127.0.0.1:21001/a');
  });

  it('give cookies their own names back', () => {
    expect(request('Cookie', 'a=1; porthole-__Host-sid=x; porthole-__Secure-y=2; porthole-z=3')).toBe(
      'a=1; __Host-sid=x; __Secure-y=2; porthole-z=3',
    );
  });

  it('keep those of an upgrade, and no others of the connection', () => {
    const raw = ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'TE', 'trailers'];
    expect(requestHeaders(raw, place, true)).toEqual(['Host', 'wiki.teleport.example:3080', ...raw]);
    expect(requestHeaders(raw, place, false)).toHaveLength(2);
  });
});

describe('headers from an app', () => {
  it.each([
    ['https://wiki.teleport.example:3080/login?next=%2F', 'http://127.0.0.1:21000/login?next=%2F'],
    ['https://wiki.teleport.example/login', 'http://127.0.0.1:21000/login'],
    ['http://WIKI.teleport.example', 'http://127.0.0.1:21000'],
    ['//wiki.teleport.example/x', 'http://127.0.0.1:21000/x'],
    ['http://10.0.0.7:8080/x', 'http://127.0.0.1:21000/x'],
    ['http://10.0.0.7/x', 'http://10.0.0.7/x'],
    ['https://sso.example/authorize?redirect_uri=https://wiki.teleport.example:3080/', undefined],
    ['https://wiki.teleport.example.evil.example/', undefined],
    ['https://wiki.teleport.example:9999/', undefined],
    ['/relative', undefined],
    ['', undefined],
    ['https://[', undefined],
  ])('lead %j to the local address where it is the app’s', (location, local) => {
    expect(answer('Location', location)).toBe(local ?? location);
  });

  it('lead a refresh to the local address', () => {
    expect(answer('Refresh', '5; url=https://wiki.teleport.example:3080/a')).toBe(
      '5; url=http://127.0.0.1:21000/a',
    );
    expect(answer('Refresh', '5')).toBe('5');
  });

  it('allow the local origin where they allow the app’s own', () => {
    const name = 'Access-Control-Allow-Origin';
    expect(answer(name, 'https://wiki.teleport.example:3080')).toBe('http://127.0.0.1:21000');
    expect(answer(name, '*')).toBe('*');
  });

  it.each([
    ['a=1; Domain=wiki.teleport.example; Path=/', 'a=1; Path=/'],
    ['a=1; domain=.teleport.example; HttpOnly', 'a=1; HttpOnly'],
    ['a=1; Domain=other.example', 'a=1; Domain=other.example'],
    ['a=1; Path=/; Secure; SameSite=Lax', 'a=1; Path=/; SameSite=Lax'],
    ['a=1; Secure; SameSite=None; Partitioned', 'a=1'],
    ['__Host-sid=a=b; Path=/; Secure', 'porthole-__Host-sid=a=b; Path=/'],
    ['a="x;Secure', 'a="x'],
    ['', ''],
  ])('fit the cookie %j to a plain local address', (cookie, local) => {
    expect(answer('Set-Cookie', cookie)).toBe(local);
  });
});

it('takes names of this machine and of the app for its own, and no other', () => {
  for (const host of [
    '127.0.0.1:21000',
    'localhost',
    'wiki.localhost:1',
    '[::1]:21000',
    'Wiki.teleport.example',
  ])
    expect(namesThisPlace(host, place)).toBe(true);
  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    '',
    'a@127.0.0.1',
    '127.0.0.1/x',
    '10.0.0.7:8080',
  ])
    expect(namesThisPlace(host, place)).toBe(false);
});

it('takes any header that an app or a program may send', () => {
  const header = fc.tuple(
    fc.constantFrom('Location', 'Set-Cookie', 'Refresh', 'Origin', 'Referer', 'Cookie', 'Host', 'X'),
    fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.string().map((text) => `https://wiki.teleport.example${text}`),
      fc
        .array(fc.constantFrom('a=1', ';', ' Domain=', 'Secure', '=', ',', '"', '5;url='))
        .map((all) => all.join('')),
    ),
  );
  fc.assert(
    fc.property(fc.array(header), fc.boolean(), (all, isUpgrade) => {
      const raw = all.flat();
      expect(answerHeaders(raw, place, isUpgrade)).toHaveLength(raw.length);
      expect(requestHeaders(raw, place, isUpgrade).length % 2).toBe(0);
      for (const [name, value] of all) namesThisPlace(`${name}${value}`, place);
    }),
    { numRuns: 10_000 },
  );
});
