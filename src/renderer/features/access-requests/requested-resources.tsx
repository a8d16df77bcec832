import type { RequestedResource, RequestInfo } from '../../../shared/contract/access-requests.ts';
import { kindWord, resourceName } from '../../state/request-words.ts';
import { ConnectButton } from './connect-button.tsx';

/** What it would open, with labels as the resources are now. */
export function RequestedResources({ request }: { request: RequestInfo }) {
  if (request.resources.length === 0) return null;
  return (
    <section className="stack-tight" aria-label="Requested resources">
      <h2 className="request-part">
        {request.resources.length === 1 ? 'To reach' : `To reach ${request.resources.length} resources`}
      </h2>
      <ul className="requested">
        {request.resources.map((resource) => (
          <Requested
            key={`${resource.clusterName} ${resource.kind} ${resource.id} ${resource.subResource}`}
            resource={resource}
            isOpen={request.isAssumed}
          />
        ))}
      </ul>
    </section>
  );
}

function Requested({ resource, isOpen }: { resource: RequestedResource; isOpen: boolean }) {
  const { now } = resource;
  return (
    <li className="requested-item" aria-label={resourceName(resource)}>
      <span className="line grow">
        <span className="mono clip">
          {resource.now
            ? resourceName(resource)
            : [resource.id, resource.subResource].filter(Boolean).join('/')}
        </span>
        <span className="muted small requested-kind">{kindWord(resource.kind)}</span>
        {now?.address && <span className="mono small-mono muted clip">{now.address}</span>}
        <span className="cell-labels">
          {now?.labels.slice(0, 6).map((label) => (
            <span key={label.name} className="label clip">
              {label.name}:{label.value}
            </span>
          ))}
        </span>
      </span>
      {isOpen && resource.resourceUri && (
        <ConnectButton resourceUri={resource.resourceUri} name={resourceName(resource)} />
      )}
    </li>
  );
}
