import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startUsageCollector, type UsageCollector } from '../../cluster/usage-collector.ts';
import type { UsageDataInfo } from '../../shared/contract/usage-data.ts';
import { clusterOf, formatAccountUri } from '../../shared/uri/uri.ts';
import { silentLogger } from '../log/log.ts';
import { createUsageCollector } from '../protocol/client/usage-collector.ts';
import { StateHub } from '../state/state-hub.ts';
import { makeHost } from '../testing/host.ts';
import { ConsentStore } from './consent-store.ts';
import type { UsageEvent } from './events.ts';
import { InstallationId } from './installation-id.ts';
import { whatForcesOff } from './policy.ts';
import { type QueueLimits, queueLimits } from './usage-queue.ts';
import { UsageService, type UsageServiceOptions } from './usage-service.ts';

const account = formatAccountUri({ address: 'secret-host.example:443', userName: 'alice@secret.example' });
const clusterId = '7e0b1d2c-3f4a-4b5c-8d6e-9f0a1b2c3d4e';
const login: UsageEvent = { kind: 'cluster_login', account, connectorType: 'local' };
const quick: QueueLimits = { ...queueLimits, dueCount: 1, backoffMs: 5, longestBackoffMs: 20 };
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0)) await clean();
});

async function setUp(options: Partial<UsageServiceOptions> = {}, host = makeHost()) {
  const collector = await startUsageCollector();
  cleanUps.push(() => collector.stop());
  const hub = new StateHub({} as never);
  const service = new UsageService({
    hub,
    log: silentLogger,
    now: () => new Date(),
    consent: new ConsentStore(host.openStore('usage-data'), silentLogger),
    installation: new InstallationId(host.dataFolder),
    device: { arch: 'x64', os: 'linux', osVersion: '6.1', appVersion: '0.1.0' },
    collector: collector.address,
    forcedOffBy: undefined,
    submit: createUsageCollector(collector.address),
    subject: async () => ({ clusterName: 'secret.example', userName: 'alice@secret.example', clusterId }),
    limits: quick,
    ...options,
  });
  cleanUps.push(() => service.dispose());
  const info = (): UsageDataInfo => hub.state.usageData;
  return { collector, service, info, host };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 80));

describe('before an answer', () => {
  it('makes, keeps and sends nothing', async () => {
    const { collector, service, info, host } = await setUp();
    service.report(login);
    service.report({ kind: 'user_job_role_update', jobRole: 'Other' });
    await settled();
    expect(collector.connections).toBe(0);
    expect(info()).toMatchObject({ consent: 'undecided', asksForConsent: true, recent: [] });
    expect(info().installationId).toBeUndefined();
    expect(readdirSync(host.dataFolder).filter((name) => /usage|installation/.test(name))).toEqual([]);
  });

  it('shows examples of all nine events, which are not sent', async () => {
    const { collector, service, info } = await setUp();
    const examples = await service.preview(account);
    expect(new Set(examples.map((event) => event.name)).size).toBe(9);
    for (const event of examples) {
      expect(event.status).toBe('example');
      expect(event.bytes.length).toBeGreaterThan(40);
      expect(JSON.stringify(event)).not.toMatch(/secret|alice/);
    }
    await settled();
    expect(collector.connections).toBe(0);
    expect(info().recent).toEqual([]);
  });

  it.each(['decline', 'later'] as const)('%s sends nothing', async (answer) => {
    const { collector, service, info, host } = await setUp();
    service.answer(answer);
    service.report(login);
    await settled();
    expect(collector.connections).toBe(0);
    expect(info().asksForConsent).toBe(false);
    const again = await setUp({}, makeHost(host.dataFolder));
    expect(again.info().asksForConsent).toBe(answer === 'later');
  });
});

describe('after Allow', () => {
  it('sends what is anonymized, and counts it', async () => {
    const { collector, service, info } = await setUp();
    service.answer('allow');
    for (const event of [
      login,
      {
        kind: 'protocol_use',
        account,
        protocol: 'db',
        origin: 'search_bar',
        accessThrough: 'local_proxy',
      },
      { kind: 'access_request_create', account, requestKind: 'resource' },
      { kind: 'access_request_review', account },
      { kind: 'access_request_assume_role', account },
      { kind: 'file_transfer_run', account, isUpload: false },
      { kind: 'connect_my_computer_setup', account, failedStep: 'joining_cluster' },
      { kind: 'connect_my_computer_agent_start', account },
      { kind: 'user_job_role_update', jobRole: 'Support Engineer' },
    ] as const)
      service.report(event);
    await expect.poll(() => collector.received.length).toBe(9);
    for (const event of collector.received) expect(event.problems, event.name).toEqual([]);
    const ids = new Set(collector.received.map((event) => event.request.distinctId));
    expect([...ids]).toEqual([info().installationId]);
    await expect.poll(() => info().counts).toEqual({ queued: 0, sent: 9, dropped: 0 });
    const told = JSON.stringify([collector.received, info()], (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(told).not.toMatch(/secret|alice|7e0b1d2c/);
  });

  it('keeps the answer, asks for the role at the next start only, and once', async () => {
    const { service, info, host } = await setUp();
    service.answer('allow');
    expect(info().asksForJobRole).toBe(false);
    const second = await setUp({}, makeHost(host.dataFolder));
    expect(second.info()).toMatchObject({ asksForConsent: false, asksForJobRole: true, consent: 'allowed' });
    expect(second.info().installationId).toBe(info().installationId);
    second.service.answerJobRole('Beekeeper');
    await expect.poll(() => second.collector.received.length).toBe(1);
    const third = await setUp({}, makeHost(host.dataFolder));
    expect(third.info().asksForJobRole).toBe(false);
  });

  it('names events when the id of the cluster comes, and drops them when it does not', async () => {
    let tell: (() => void) | undefined;
    const waits = new Promise<void>((resolve) => {
      tell = resolve;
    });
    let isKnown = true;
    const { collector, service, info } = await setUp({
      subject: async () => {
        await waits;
        if (!isKnown) throw new Error('offline');
        return { clusterName: 'c', userName: 'u', clusterId };
      },
    });
    service.answer('allow');
    service.report(login);
    expect(info().recent[0]).toMatchObject({ status: 'naming', fields: [], bytes: '' });
    tell?.();
    await expect.poll(() => collector.received.length).toBe(1);
    isKnown = false;
    service.report(login);
    await expect.poll(() => info().recent[0]?.status).toBe('dropped');
    expect(collector.received).toHaveLength(1);
  });

  it('turned off, empties the queue at once and says how much was in it', async () => {
    const { collector, service, info } = await setUp({ limits: { ...quick, dueCount: 15 } });
    service.answer('allow');
    service.report(login);
    service.report(login);
    await expect.poll(() => info().recent.filter((event) => event.status === 'queued').length).toBe(2);
    expect(service.setAllowed(false)).toBe(2);
    expect(info().recent.map((event) => event.status)).toEqual(['discarded', 'discarded']);
    service.report(login);
    await service.dispose();
    expect(collector.connections).toBe(0);
  });

  it('sends nothing for a muted cluster', async () => {
    const { collector, service } = await setUp();
    service.answer('allow');
    service.setMuted(clusterOf(account), true);
    service.report(login);
    await settled();
    expect(collector.connections).toBe(0);
    service.setMuted(clusterOf(account), false);
    service.report(login);
    await expect.poll(() => collector.received.length).toBe(1);
  });

  it('sends what waits at the end', async () => {
    const { collector, service, info } = await setUp({ limits: { ...quick, dueCount: 15 } });
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().counts.queued).toBe(1);
    await expect.poll(() => info().recent[0]?.status).toBe('queued');
    await service.dispose();
    expect(collector.received).toHaveLength(1);
  });

  it('makes a new installation id when asked', async () => {
    const { service, info } = await setUp();
    service.answer('allow');
    const first = info().installationId;
    service.resetInstallationId();
    expect(info().installationId).not.toBe(first);
  });
});

describe('a collector in trouble', () => {
  const faults: Record<string, (response: ServerResponse) => void> = {
    'answers 503': (response) => response.writeHead(503).end('{"code":"unavailable","message":"x"}'),
    'answers garbage': (response) => response.writeHead(200).end('\u0000garbage'),
    redirects: (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    'hangs up': (response) => response.socket?.destroy(),
  };
  it.each(Object.keys(faults))('that %s gets the event again later, and shows nothing', async (name) => {
    const { collector, service, info } = await setUp();
    collector.setFault(faults[name]);
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().lastFailure).toBeDefined();
    collector.setFault(undefined);
    await expect.poll(() => collector.received.length).toBe(1);
    await expect.poll(() => info().counts.sent).toBe(1);
  });

  it('that stays down costs a bounded queue', async () => {
    const { collector, service, info } = await setUp({ limits: { ...quick, dueCount: 15, attempts: 2 } });
    await stopNow(collector);
    service.answer('allow');
    for (let i = 0; i < 61; i += 1) service.report({ kind: 'user_job_role_update', jobRole: 'Other' });
    expect(info().counts).toMatchObject({ dropped: 1, queued: 60 });
    await expect.poll(() => info().counts.queued, { timeout: 10_000 }).toBeLessThan(60);
  });
});

async function stopNow(collector: UsageCollector): Promise<void> {
  await collector.stop();
  cleanUps.splice(0, 1);
}

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
    const wrong = await setUp({}, host);
    expect(wrong.info().asksForConsent).toBe(true);
    expect(existsSync(`${path}.damaged`)).toBe(true);
    writeFileSync(path, 'not json');
    const damaged = await setUp({}, makeHost(host.dataFolder));
    expect(damaged.info()).toMatchObject({ asksForConsent: false, consent: 'undecided' });
  });

  it('an installation id that is none is replaced with the next consent', async () => {
    const host = makeHost();
    writeFileSync(join(host.dataFolder, 'installation_id'), 'not a uuid');
    const { service, info } = await setUp({}, host);
    service.answer('allow');
    expect(info().installationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(readFileSync(join(host.dataFolder, 'installation_id'), 'utf8')).toBe(info().installationId);
  });
});
