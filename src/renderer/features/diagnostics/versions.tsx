import type { Diagnosis } from '../../../shared/contract/diagnostics.ts';

/** Versions of the app and of what it runs on. */
export function Versions({ versions }: { versions: Diagnosis['versions'] }) {
  return (
    <dl className="facts">
      {versions.map(({ name, version }) => (
        <VersionRow key={name} name={name} version={version} />
      ))}
    </dl>
  );
}

function VersionRow({ name, version }: { name: string; version: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono">{version}</dd>
    </>
  );
}
