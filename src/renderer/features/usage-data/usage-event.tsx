import type { UsageEventInfo, UsageEventStatus } from '../../../shared/contract/usage-data.ts';

const words: Readonly<Record<UsageEventStatus, string>> = {
  naming: 'waits for the cluster',
  queued: 'waits to be sent',
  sent: 'sent',
  dropped: 'given up',
  discarded: 'thrown away',
  example: 'example',
};

/** One event: what it says, decoded and as the bytes that go out. */
export function UsageEvent({ event }: { event: UsageEventInfo }) {
  return (
    <details className="disclosure">
      <summary>
        <span className="mono grow clip">{event.name}</span>
        {event.status !== 'example' && (
          <time className="muted" dateTime={event.at} title={new Date(event.at).toLocaleString()}>
            {new Date(event.at).toLocaleTimeString()}
          </time>
        )}
        <span className="disclosure-end usage-status" data-status={event.status}>
          {words[event.status]}
        </span>
      </summary>
      {event.fields.length === 0 ? (
        <p className="muted">
          Its names wait, in memory only, until the cluster has told the key to hash them with.
        </p>
      ) : (
        <table className="usage-fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {event.fields.map((field) => (
              <tr key={field.name}>
                <th scope="row" className="mono">
                  {field.name}
                </th>
                <td className="mono">
                  {field.value}
                  {field.isAnonymized && <span className="usage-hashed">anonymized</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {event.bytes !== '' && (
        <pre className="usage-bytes" aria-label={`Bytes of ${event.name}`} tabIndex={0}>
          {event.bytes.replaceAll(/(.{2})(?=.)/g, '$1 ')}
        </pre>
      )}
    </details>
  );
}
