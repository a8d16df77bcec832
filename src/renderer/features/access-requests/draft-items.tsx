import { X } from 'lucide-react';
import { useState } from 'react';
import type { CartItem } from '../../../shared/contract/request-cart.ts';
import { parseResourceUri, type ResourceUri } from '../../../shared/uri/uri.ts';
import { cartItemName, cartKey } from '../../state/request-words.ts';
import { IconButton } from '../../ui/button.tsx';
import { kindWord } from '../../state/request-words.ts';
import './choices.css';

type ResourceItem = Extract<CartItem, { kind: 'resource' }>;
type Change = (change: (old: readonly CartItem[]) => readonly CartItem[]) => void;

const wireKinds: Readonly<Record<string, string>> = {
  server: 'node',
  database: 'db',
  kubernetes: 'kube_cluster',
  app: 'app',
  desktop: 'windows_desktop',
};

/** The resources of the draft; of a Kubernetes cluster a part can be asked for. */
export function DraftResources({ items, put }: { items: readonly ResourceItem[]; put: Change }) {
  const uris = [...new Set(items.map((item) => item.resourceUri))];
  return (
    <ul className="draft-items" aria-label="Resources to request">
      {uris.map((uri) => {
        const own = items.filter((item) => item.resourceUri === uri);
        const [first] = own;
        const kind = parseResourceUri(uri)?.kind ?? '';
        return (
          first && (
            <li key={uri} className="draft-item" aria-label={first.name}>
              <span className="mono clip">{first.name}</span>
              <span className="muted small grow">{kindWord(wireKinds[kind] ?? kind)}</span>
              {kind === 'kubernetes' && <Namespaces uri={uri} items={own} put={put} />}
              <IconButton
                label={`Remove ${first.name}`}
                onClick={() => put((old) => old.filter((item) => !isOf(item, uri)))}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          )
        );
      })}
    </ul>
  );
}

/** Empty = the whole cluster. */
function Namespaces({ uri, items, put }: { uri: ResourceUri; items: readonly ResourceItem[]; put: Change }) {
  const [text, setText] = useState(() =>
    items.flatMap((item) => (item.inside?.kind === 'namespace' ? [item.inside.name] : [])).join(', '),
  );
  const write = () => {
    const names = [...new Set(text.split(/[\s,;]+/).filter((name) => name !== ''))].map((name) =>
      name.slice(0, 500),
    );
    const base = { kind: 'resource' as const, resourceUri: uri, name: items[0]?.name ?? '' };
    const next: CartItem[] =
      names.length === 0 ? [base] : names.map((name) => ({ ...base, inside: { kind: 'namespace', name } }));
    put((old) => [...old.filter((item) => !isOf(item, uri)), ...next]);
  };
  return (
    <input
      className="input mono namespaces"
      aria-label={`Namespaces of ${items[0]?.name ?? ''}`}
      placeholder="All namespaces"
      title="Names, separated by commas; empty for the whole cluster"
      value={text}
      maxLength={5_000}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onBlur={write}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        write();
      }}
    />
  );
}

function isOf(item: CartItem, uri: ResourceUri): boolean {
  return item.kind === 'resource' && item.resourceUri === uri;
}

/** The roles that may be asked for. */
export function DraftRoles(props: {
  requestable: readonly string[] | undefined;
  items: readonly CartItem[];
  toggle: (item: CartItem) => void;
}) {
  const { requestable, items } = props;
  const chosen = new Set(items.map(cartKey));
  if (requestable?.length === 0 && items.length === 0)
    return (
      <p className="muted">
        You may request no role here. Resources that you may request are in the list, under “Requestable too”.
      </p>
    );
  const roles = [...new Set([...(requestable ?? []), ...items.map(cartItemName)])].sort();
  return (
    <fieldset className="choices draft-roles">
      <legend className="field-label">Roles</legend>
      {roles.map((role) => (
        <label key={role} className="choice">
          <input
            type="checkbox"
            checked={chosen.has(cartKey({ kind: 'role', role }))}
            onChange={() => props.toggle({ kind: 'role', role })}
          />
          <span className="mono clip">{role}</span>
        </label>
      ))}
    </fieldset>
  );
}
