import type { RequestState } from '../../../shared/contract/access-requests.ts';
import type { RequestFilter } from './request-filter.ts';

/** Narrows the list by who asks, by state and by kind. */
export function RequestFilters(props: {
  filter: RequestFilter;
  change: (part: Partial<RequestFilter>) => void;
}) {
  const { filter, change } = props;
  return (
    <>
      <input
        className="input requests-who"
        aria-label="Requester"
        placeholder="Requester"
        value={filter.requester}
        maxLength={500}
        onChange={(event) => change({ requester: event.target.value })}
        spellCheck={false}
      />
      <select
        className="input"
        aria-label="State"
        value={filter.states[0] ?? ''}
        onChange={(event) =>
          change({ states: event.target.value === '' ? [] : [event.target.value as RequestState] })
        }
      >
        <option value="">Every state</option>
        <option value="pending">Waiting</option>
        <option value="approved">Approved</option>
        <option value="denied">Denied</option>
        <option value="promoted">Promoted</option>
      </select>
      <select
        className="input"
        aria-label="Kind"
        value={filter.kinds[0] ?? ''}
        onChange={(event) =>
          change({ kinds: event.target.value === '' ? [] : [event.target.value as 'roles' | 'resources'] })
        }
      >
        <option value="">Roles and resources</option>
        <option value="roles">Roles</option>
        <option value="resources">Resources</option>
      </select>
    </>
  );
}
