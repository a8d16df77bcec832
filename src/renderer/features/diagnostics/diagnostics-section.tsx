import { useState } from 'react';
import type { AccountDiagnosis, Diagnosis, SessionDiagnosis } from '../../../shared/contract/diagnostics.ts';
import type { LogEntry } from '../../../shared/contract/log.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useFeed } from '../../state/use-feed.ts';
import { Button } from '../../ui/button.tsx';
import { Switch } from '../../ui/switch.tsx';
import { formatExact, formatMoment, formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { detailOf } from './log-lines.ts';
import { Versions } from './versions.tsx';
import './diagnostics.css';

/** What is connected and how, what went wrong, and a report of it to send. */
export function DiagnosticsSection() {
  const [diagnosis, setDiagnosis] = useState<Diagnosis>();
  useFeed((api, signal) => api.diagnostics.watch(undefined, { signal }), {
    onStart: () => undefined,
    onItem: setDiagnosis,
  });
  if (!diagnosis) return null;
  return (
    <div className="stack">
      <Report />
      <section aria-label="Connections" className="stack-tight">
        <h3 className="diagnosis-heading">Connections</h3>
        {diagnosis.accounts.length === 0 && <p className="muted">No cluster was added yet.</p>}
        {diagnosis.accounts.map((account) => (
          <Account key={account.uri} account={account} />
        ))}
      </section>
      <section aria-label="Shells and tunnels" className="stack-tight">
        <h3 className="diagnosis-heading">Shells and tunnels</h3>
        {diagnosis.sessions.length === 0 ? (
          <p className="muted">None.</p>
        ) : (
          <Sessions sessions={diagnosis.sessions} />
        )}
      </section>
      <section aria-label="Last errors" className="stack-tight">
        <h3 className="diagnosis-heading">Last errors</h3>
        {diagnosis.troubles.length === 0 ? (
          <p className="muted">None in this run.</p>
        ) : (
          <Troubles troubles={diagnosis.troubles} />
        )}
      </section>
      <section aria-label="Versions" className="stack-tight">
        <h3 className="diagnosis-heading">Versions</h3>
        <Versions versions={diagnosis.versions} />
      </section>
    </div>
  );
}

function Report() {
  const session = useSession();
  const ui = useUi();
  const copy = useCopy();
  const [withNames, setWithNames] = useState(false);
  const make = () =>
    void session
      .call((api) => api.diagnostics.report({ withNames }))
      .then(({ text }) => copy(text))
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <div className="setting">
      <div className="setting-words">
        <span>Report for somebody who helps</span>
        <span className="field-label" id="report-what">
          All that is below, as a text. It never holds a key, a password or a certificate.{' '}
          {withNames
            ? 'Names, addresses, paths and messages are in it.'
            : 'Names, addresses and paths are numbered in it.'}
        </span>
      </div>
      <span className="line">
        <span aria-hidden>With names</span>
        <Switch
          label="Report with names"
          isOn={withNames}
          onChange={setWithNames}
          describedBy="report-what"
        />
        <Button onClick={make}>Copy report</Button>
      </span>
    </div>
  );
}

function Account({ account }: { account: AccountDiagnosis }) {
  const now = useNow(30_000);
  const { links, validUntil, validFrom, roundTripMs } = account;
  return (
    <article className="diagnosis-account" aria-label={`${account.userName} on ${account.clusterName}`}>
      <h4>
        <span className="mono">{account.userName}</span> on{' '}
        <span className="mono">{account.clusterName || account.address}</span>
      </h4>
      <dl className="facts">
        <dt>State</dt>
        <dd>
          {stateWords[account.status]}, {connectionWords[account.connection]}
          {roundTripMs === undefined ? '' : `, round trip ${Math.round(roundTripMs)} ms`}
        </dd>
        <dt>Address</dt>
        <dd className="mono">{account.address}</dd>
        {account.serverVersion && (
          <>
            <dt>Teleport</dt>
            <dd className="mono">{account.serverVersion}</dd>
          </>
        )}
        {validFrom && validUntil && (
          <>
            <dt>Certificate</dt>
            <dd title={`${formatExact(validFrom)} to ${formatExact(validUntil)}`}>
              {Date.parse(validUntil) > now
                ? `${formatSpan(Date.parse(validUntil) - now)} left, until ${formatMoment(validUntil, now)}`
                : `ended ${formatMoment(validUntil, now)}`}
            </dd>
          </>
        )}
        <dt>Open</dt>
        <dd>
          {links.length === 0 && 'no connection'}
          {links.map((link) => (
            <div key={link.use}>
              {useWords[link.use]}: {link.transport}
              {link.tls ? ` in ${link.tls}` : ' without TLS'}, ALPN{' '}
              <span className="mono">{link.alpn ?? 'none'}</span>, to{' '}
              <span className="mono">{link.remote}</span>
              {link.throughHttpProxy ? ', through the HTTP proxy' : ''}
            </div>
          ))}
        </dd>
      </dl>
    </article>
  );
}

const stateWords = { 'signed-in': 'signed in', expired: 'session expired', 'signed-out': 'signed out' };
const connectionWords = {
  idle: 'no server is connected',
  connecting: 'connecting to servers',
  connected: 'connected to servers',
  lost: 'connection to servers lost',
};
const useWords = { proxy: 'Servers', auth: 'Lists and certificates' };

function Sessions({ sessions }: { sessions: readonly SessionDiagnosis[] }) {
  const now = useNow(30_000);
  return (
    <table className="diagnosis-table">
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col">Address</th>
          <th scope="col">Certificate</th>
          <th scope="col">Last error</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session, index) => (
          <tr key={`${session.kind}/${session.name}/${index}`}>
            <td>{kindWords[session.kind]}</td>
            <td className="mono">{session.name}</td>
            <td>{session.state}</td>
            <td className="mono">{session.address ?? ''}</td>
            <td>{session.validUntil ? `until ${formatMoment(session.validUntil, now)}` : ''}</td>
            <td>
              {session.lastError && (
                <>
                  <span className="mono">{session.lastError.code}</span>{' '}
                  {formatMoment(session.lastError.at, now)}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const kindWords = {
  shell: 'Shell',
  'local-shell': 'Local shell',
  database: 'Database',
  app: 'App',
  kubernetes: 'Kubernetes',
};

function Troubles({ troubles }: { troubles: readonly LogEntry[] }) {
  return (
    <ol className="diagnosis-troubles">
      {troubles.slice(0, 20).map((entry, index) => (
        <li key={`${entry.at}/${index}`}>
          <time dateTime={entry.at} title={formatExact(entry.at)}>
            {new Date(entry.at).toLocaleTimeString('en-GB')}
          </time>
          <span className="mono">{codeOf(entry)}</span>
          <span className="diagnosis-detail">{detailOf(withoutPlaces(entry), true)}</span>
        </li>
      ))}
    </ol>
  );
}

function codeOf(entry: LogEntry): string {
  return entry.fields.find((field) => field.name === 'code')?.written ?? entry.level;
}

/** The code stands in front, and where it was thrown is in the log. */
function withoutPlaces(entry: LogEntry): LogEntry {
  return {
    ...entry,
    fields: entry.fields.filter((field) => !['code', 'thrown', 'kind'].includes(field.name)),
  };
}
