import { Check, ChevronDown } from 'lucide-react';
import { memo } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { addressText, KindIcon, kindLabels } from './kinds.tsx';

const shownLabels = 3;

export interface RowActions {
  onSelect(index: number): void;
  onConnect(resource: Resource, anchor: HTMLElement): void;
  onMore(resource: Resource, anchor: HTMLElement): void;
}

/** One row of the grid. `index` counts from 0 among the rows. */
export const ResourceRow = memo(function ResourceRow(props: {
  resource: Resource;
  index: number;
  isActive: boolean;
  isInCart: boolean;
  top: number;
  actions: RowActions;
}) {
  const { resource, index, isActive, actions } = props;
  const canOpen = canConnect(resource);
  const rest = resource.labels.length - shownLabels;
  return (
    <div
      role="row"
      aria-label={resource.name}
      aria-rowindex={index + 2}
      aria-selected={isActive}
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      className="grid-row resource-row"
      style={{ transform: `translateY(${props.top}px)` }}
      onMouseDown={() => actions.onSelect(index)}
      onDoubleClick={(event) => actions.onConnect(resource, event.currentTarget)}
    >
      <div role="gridcell" className="cell-name">
        <KindIcon kind={resource.kind} />
        <span className="clip" title={resource.name}>
          {resource.name}
        </span>
        {resource.requiresRequest && <span className="on-request">on request</span>}
      </div>
      <div
        role="gridcell"
        className="cell-address clip"
        title={resource.description || addressText(resource)}
      >
        {addressText(resource)}
        {resource.description && <span className="cell-description"> {resource.description}</span>}
      </div>
      <div role="gridcell" className="cell-labels">
        {resource.labels.slice(0, shownLabels).map((label) => (
          <span key={label.name} className="label clip">
            {label.name}:{label.value}
          </span>
        ))}
        {rest > 0 && <span className="label">+{rest}</span>}
      </div>
      <div role="gridcell" className="cell-actions">
        {resource.requiresRequest ? (
          <Button
            className="row-request"
            aria-pressed={props.isInCart}
            title={props.isInCart ? 'In the cart: click to take it out' : 'Puts it into the cart'}
            tabIndex={isActive ? 0 : -1}
            onClick={(event) => actions.onConnect(resource, event.currentTarget)}
          >
            {props.isInCart && <Check size={14} aria-hidden />}
            Request
          </Button>
        ) : (
          <Button
            aria-disabled={!canOpen}
            title={canOpen ? undefined : whyNot(resource)}
            tabIndex={isActive ? 0 : -1}
            onClick={(event) => actions.onConnect(resource, event.currentTarget)}
          >
            Connect
          </Button>
        )}
        <IconButton
          label="More"
          tabIndex={isActive ? 0 : -1}
          onClick={(event) => actions.onMore(resource, event.currentTarget)}
        >
          <ChevronDown size={14} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
});

/** Desktops cannot be opened yet, and nothing that waits for an access request. */
export function canConnect(resource: Resource): boolean {
  return resource.kind !== 'desktop' && !resource.requiresRequest;
}

export function whyNot(resource: Resource): string {
  if (resource.requiresRequest)
    return `None of your roles opens ${resource.name}: it needs an access request.`;
  return `${kindLabels[resource.kind].one}s cannot be opened yet.`;
}
