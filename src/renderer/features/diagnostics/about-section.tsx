import { lazy, Suspense, useState } from 'react';
import type { Diagnosis } from '../../../shared/contract/diagnostics.ts';
import { useFeed } from '../../state/use-feed.ts';
import { Versions } from './versions.tsx';
import './diagnostics.css';

// A quarter of a megabyte of licences is nothing that a start should wait for.
const Notices = lazy(() => import('./notices.tsx').then((module) => ({ default: module.OpenSourceNotices })));

/** What Porthole is, which version, and whose work is in it. */
export function AboutSection() {
  const [versions, setVersions] = useState<Diagnosis['versions']>([]);
  useFeed((api, signal) => api.diagnostics.watch(undefined, { signal }), {
    onStart: () => undefined,
    onItem: (diagnosis) => setVersions(diagnosis.versions),
  });
  return (
    <div className="stack">
      <p>
        Porthole is a desktop client for Teleport clusters. It is free software under the Apache License 2.0,
        made by the Porthole authors, and not by the makers of Teleport.
      </p>
      <section aria-label="Versions" className="stack-tight">
        <h3 className="diagnosis-heading">Versions</h3>
        <Versions versions={versions} />
      </section>
      <Suspense>
        <Notices />
      </Suspense>
    </div>
  );
}
