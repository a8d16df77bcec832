import { useDeferredValue, useMemo, useState } from 'react';
import { packages, texts } from 'virtual:licences';

/** Every package that ships with the app, with its licence and the text of it. */
export function OpenSourceNotices() {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search).trim().toLowerCase();
  const found = useMemo(
    () => packages.filter((one) => `${one.name} ${one.licence}`.toLowerCase().includes(wanted)),
    [wanted],
  );
  return (
    <section aria-label="Open source notices" className="stack-tight">
      <h3 className="diagnosis-heading">Open source notices</h3>
      <p className="field-label">
        Porthole is built on {packages.length} packages of others. Each is under the licence beside its name.
      </p>
      <input
        type="search"
        className="input"
        aria-label="Search packages"
        placeholder="Search packages"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
        spellCheck={false}
      />
      {found.length === 0 && <p className="muted">No package matches.</p>}
      <div>
        {found.map((one) => (
          <Package key={`${one.name}@${one.version}`} entry={one} />
        ))}
      </div>
    </section>
  );
}

function Package({ entry }: { entry: (typeof packages)[number] }) {
  const [isOpen, setOpen] = useState(false);
  const text = entry.text === undefined ? undefined : texts[entry.text];
  return (
    <details className="disclosure" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="mono grow clip">{entry.name}</span>
        <span className="mono muted">{entry.version}</span>
        <span className="disclosure-end">{entry.licence}</span>
      </summary>
      {isOpen && (
        <pre className="notice-text" tabIndex={0} aria-label={`Licence of ${entry.name}`}>
          {text ?? `The package has no text of its own; its licence is ${entry.licence}.`}
        </pre>
      )}
    </details>
  );
}
