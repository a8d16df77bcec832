import { useState } from 'react';
import type { UsageDataInfo, UsageEventInfo } from '../../../shared/contract/usage-data.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Switch } from '../../ui/switch.tsx';
import { UsageEvent } from './usage-event.tsx';
import './usage-data.css';

/** Usage data in the settings: the switch, what it stands for, and every event. */
export function UsageDataSection() {
  const session = useSession();
  const ui = useUi();
  const usage = useAppState((state) => state.usageData);
  const [examples, setExamples] = useState<readonly UsageEventInfo[]>();
  const fail = (error: unknown) => ui.report(toAppError(error));
  const setAllowed = async (isAllowed: boolean) => {
    try {
      const { discarded } = await session.call((api) => api.usageData.setAllowed({ isAllowed }));
      if (!isAllowed) ui.notify(`Usage data is off. ${countOf(discarded, 'waiting event')} thrown away.`);
    } catch (error) {
      fail(error);
    }
  };
  const preview = () =>
    void session
      .call((api) => api.usageData.preview())
      .then(setExamples)
      .catch(fail);
  const cannot = usage.forcedOffBy ?? (usage.collector ? undefined : 'This build has no address to send to.');
  return (
    <div className="stack">
      <div className="setting">
        <div className="setting-words">
          <span>Send anonymous usage data</span>
          <span className="field-label" id="usage-what">
            {cannot ?? stateOf(usage)}
          </span>
        </div>
        <Switch
          label="Send anonymous usage data"
          isOn={usage.consent === 'allowed' && cannot === undefined}
          isDisabled={cannot !== undefined}
          onChange={(isOn) => void setAllowed(isOn)}
          describedBy="usage-what"
        />
      </div>
      <dl className="facts">
        <dt>Goes to</dt>
        <dd className="mono">{usage.collector ?? 'nowhere'}</dd>
        <dt>In this run</dt>
        <dd>
          {usage.counts.sent} sent, {usage.counts.queued} waiting, {usage.counts.dropped} given up
        </dd>
        <dt>Installation id</dt>
        <dd>
          <span className="mono">{usage.installationId ?? 'none'}</span>{' '}
          {usage.installationId && (
            <Button
              kind="quiet"
              onClick={() => void session.call((api) => api.usageData.resetInstallationId()).catch(fail)}
            >
              Make a new one
            </Button>
          )}
        </dd>
        {usage.lastFailure && (
          <>
            <dt>Last trouble</dt>
            <dd>{usage.lastFailure.reason} It is tried again by itself.</dd>
          </>
        )}
      </dl>
      <MutedClusters usage={usage} />
      <EventList
        title="Events of this run"
        empty={usage.consent === 'allowed' ? 'None yet.' : 'None: nothing is made while this is off.'}
        events={usage.recent}
      />
      {examples ? (
        <EventList title="What is sent, by example" empty="" events={examples} />
      ) : (
        <div>
          <Button onClick={preview}>Show what would be sent</Button>
        </div>
      )}
    </div>
  );
}

function EventList(props: { title: string; empty: string; events: readonly UsageEventInfo[] }) {
  return (
    <section aria-label={props.title}>
      <h3 className="usage-heading">{props.title}</h3>
      {props.events.length === 0 && <p className="muted">{props.empty}</p>}
      {props.events.map((event) => (
        <UsageEvent key={event.id} event={event} />
      ))}
    </section>
  );
}

/** For each cluster: whether its events are sent. */
function MutedClusters({ usage }: { usage: UsageDataInfo }) {
  const session = useSession();
  const ui = useUi();
  const clusters = useAppState((state) => state.clusters);
  const all = Object.values(clusters);
  if (all.length === 0) return null;
  return (
    <section aria-label="Clusters">
      <h3 className="usage-heading">Clusters</h3>
      {all.map((cluster) => {
        const isMuted = usage.mutedClusters.includes(cluster.uri);
        return (
          <div key={cluster.uri} className="line usage-cluster">
            <span className="mono grow clip">{cluster.name || cluster.address}</span>
            <span className="muted">{isMuted ? 'nothing is sent' : 'included'}</span>
            <Switch
              label={`Include ${cluster.name || cluster.address}`}
              isOn={!isMuted}
              onChange={(isOn) =>
                void session
                  .call((api) => api.usageData.setMuted({ clusterUri: cluster.uri, isMuted: !isOn }))
                  .then(({ discarded }) => {
                    if (discarded > 0) ui.notify(`${countOf(discarded, 'waiting event')} thrown away.`);
                  })
                  .catch((error: unknown) => ui.report(toAppError(error)))
              }
            />
          </div>
        );
      })}
    </section>
  );
}

function stateOf(usage: UsageDataInfo): string {
  if (usage.consent === 'allowed') return 'On. Every event is listed below, before it goes and after.';
  return usage.consent === 'declined'
    ? 'Off. Nothing is made, kept or sent.'
    : 'Not decided yet. Nothing is made, kept or sent.';
}

function countOf(count: number, what: string): string {
  return count === 1 ? `One ${what} was` : `${count === 0 ? 'No' : count} ${what}s were`;
}
