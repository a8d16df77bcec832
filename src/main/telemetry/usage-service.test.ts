import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { clusterOf, formatAccountUri } from '../../shared/uri/uri.ts';
import { makeHost } from '../testing/host.ts';
import {
  type UsageWorldOptions,
  login,
  quick,
  startUsageWorld,
  usageAccount,
  usageClusterId,
} from '../testing/usage-world.ts';

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
    const examples = await service.preview(usageAccount);
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
    const again = await setUp({ host: makeHost(host.dataFolder) });
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
        account: usageAccount,
        protocol: 'db',
        origin: 'search_bar',
        accessThrough: 'local_proxy',
      },
      { kind: 'access_request_create', account: usageAccount, requestKind: 'resource' },
      { kind: 'access_request_review', account: usageAccount },
      { kind: 'access_request_assume_role', account: usageAccount },
      { kind: 'file_transfer_run', account: usageAccount, isUpload: false },
      { kind: 'connect_my_computer_setup', account: usageAccount, failedStep: 'joining_cluster' },
      { kind: 'connect_my_computer_agent_start', account: usageAccount },
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
    const second = await setUp({ host: makeHost(host.dataFolder) });
    expect(second.info()).toMatchObject({ asksForConsent: false, asksForJobRole: true, consent: 'allowed' });
    expect(second.info().installationId).toBe(info().installationId);
    second.service.answerJobRole('Beekeeper');
    await expect.poll(() => second.collector.received.length).toBe(1);
    const third = await setUp({ host: makeHost(host.dataFolder) });
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
        return { clusterName: 'c', userName: 'u', clusterId: usageClusterId };
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
    service.setMuted(clusterOf(usageAccount), true);
    service.report(login);
    await settled();
    expect(collector.connections).toBe(0);
    service.setMuted(clusterOf(usageAccount), false);
    service.report(login);
    await expect.poll(() => collector.received.length).toBe(1);
  });

  it('throws away what waits for a cluster that is muted, and nothing else', async () => {
    const { collector, service, info } = await setUp({ limits: { ...quick, dueCount: 15 } });
    const other = formatAccountUri({ address: 'other.example:443', userName: 'alice' });
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().recent[0]?.status).toBe('queued');
    service.report(login);
    service.report({ ...login, account: other });
    expect(service.setMuted(clusterOf(usageAccount), true)).toBe(2);
    await expect.poll(() => info().counts.queued).toBe(1);
    await service.dispose();
    expect(collector.received).toHaveLength(1);
    expect(info().recent.map((event) => event.status)).toEqual(['sent', 'discarded', 'discarded']);
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
