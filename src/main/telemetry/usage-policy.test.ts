import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeHost } from '../testing/host.ts';
import { whatForcesOff } from './policy.ts';
import { type UsageWorldOptions, login, startUsageWorld } from '../testing/usage-world.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0)) await clean();
});

async function setUp(options: UsageWorldOptions = {}) {
  const world = await startUsageWorld(options);
  cleanUps.push(world.stop);
  return world;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 80));

describe('what forces it off', () => {
  const none = join(mkdtempSync(join(tmpdir(), 'porthole-policy-')), 'policy.json');

  it('is a variable of the environment, or a policy file, also a damaged one', () => {
    expect(whatForcesOff({}, none)).toBeUndefined();
    expect(whatForcesOff({ PORTHOLE_USAGE_DATA: 'off' }, none)).toContain('PORTHOLE_USAGE_DATA');
    expect(whatForcesOff({ PORTHOLE_USAGE_DATA: 'on' }, none)).toBeUndefined();
    for (const [text, isOff] of [
      ['{"usageData":false}', true],
      ['{"usageData":true}', false],
      ['{}', false],
      ['not json', true],
      ['{"usageData":"no"}', true],
    ] as const) {
      writeFileSync(none, text);
      expect(whatForcesOff({}, none) !== undefined, text).toBe(isOff);
    }
  });

  it('cannot be overruled by the switch', async () => {
    const { service, collector, info } = await setUp({ forcedOffBy: 'The policy says so.' });
    expect(info()).toMatchObject({ asksForConsent: false, forcedOffBy: 'The policy says so.' });
    expect(() => service.setAllowed(true)).toThrow('cannot be turned on');
    service.report(login);
    await settled();
    expect(collector.connections).toBe(0);
  });

  it('is also a build without a collector', async () => {
    const { service, info } = await setUp({ collector: undefined });
    expect(info()).toMatchObject({ asksForConsent: false });
    expect(() => service.answer('allow')).toThrow('cannot be turned on');
  });
});

describe('its files', () => {
  it('a wrong value asks again and is kept aside; a damaged file asks nothing', async () => {
    const host = makeHost();
    const { path } = host.openStore('usage-data');
    writeFileSync(path, '{"usageReporting.enabled":"yes"}');
    const wrong = await setUp({ host });
    expect(wrong.info().asksForConsent).toBe(true);
    expect(existsSync(`${path}.damaged`)).toBe(true);
    writeFileSync(path, 'not json');
    const damaged = await setUp({ host: makeHost(host.dataFolder) });
    expect(damaged.info()).toMatchObject({ asksForConsent: false, consent: 'undecided' });
  });

  it('an installation id that is none is replaced with the next consent', async () => {
    const host = makeHost();
    writeFileSync(join(host.dataFolder, 'installation_id'), 'not a uuid');
    const { service, info } = await setUp({ host });
    service.answer('allow');
    expect(info().installationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(readFileSync(join(host.dataFolder, 'installation_id'), 'utf8')).toBe(info().installationId);
  });
});
