import { type ChangeEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { ClusterInfo, ClusterTrust, TrustChoice } from '../../../shared/contract/clusters.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { formatExact } from '../../ui/time.ts';
import { TrustQuestion } from './trust-question.tsx';
import './clusters.css';

/** For each cluster: which certificates of its proxy are trusted, and the ways to change that. */
export function ClusterTrusts() {
  const clusters = useAppState((state) => state.clusters);
  const all = Object.values(clusters);
  return (
    <section aria-label="Trust in clusters" className="cluster-trusts">
      <h3>Trust in clusters</h3>
      {all.length === 0 && <p className="muted">No cluster was added yet.</p>}
      {all.map((cluster) => (
        <TrustOfCluster key={cluster.uri} cluster={cluster} />
      ))}
    </section>
  );
}

function TrustOfCluster({ cluster }: { cluster: ClusterInfo }) {
  const session = useSession();
  const ui = useUi();
  const [trust, setTrust] = useState<ClusterTrust>();
  const [error, setError] = useState<AppError>();
  const file = useRef<HTMLInputElement>(null);
  const name = cluster.name || cluster.address;
  const read = useCallback(
    () =>
      void session
        .call((api) => api.clusters.trust({ clusterUri: cluster.uri }))
        .then(setTrust)
        .catch((failure: unknown) => setError(toAppError(failure))),
    [session, cluster.uri],
  );
  useEffect(read, [read, cluster.trust]);
  const change = (next: TrustChoice) => {
    setError(undefined);
    void session
      .call((api) => api.clusters.setTrust({ clusterUri: cluster.uri, trust: next }))
      .then(() => {
        read();
        ui.notify(`${name} is trusted by ${wordsOf[next.kind]} from now on.`);
      })
      .catch((failure: unknown) => setError(toAppError(failure)));
  };
  const chooseFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.target.files ?? [];
    if (chosen) change({ kind: 'ca', pem: await chosen.text() });
    if (file.current) file.current.value = '';
  };
  if (!trust) return error ? <Problem error={toErrorInfo(error)} /> : null;
  return (
    <article className="cluster-trust" aria-label={`Trust in ${name}`}>
      <div className="line">
        <h4 className="mono grow clip">{name}</h4>
        {!cluster.isDemo && (
          <>
            <Button aria-label={`Choose CA file for ${name}`} onClick={() => file.current?.click()}>
              Choose CA file
            </Button>
            {trust.kind !== 'system' && (
              <Button aria-label={`Forget the choice for ${name}`} onClick={() => change({ kind: 'system' })}>
                Forget
              </Button>
            )}
          </>
        )}
      </div>
      <p className="field-label">{describe(trust, cluster.isDemo)}</p>
      {trust.sha256 && <div className="fingerprint">{trust.sha256}</div>}
      {trust.certificates.map((certificate) => (
        <dl key={certificate.sha256} className="facts">
          <dt>Authority</dt>
          <dd className="mono">{certificate.subject}</dd>
          <dt>Valid</dt>
          <dd title={`${formatExact(certificate.validFrom)} to ${formatExact(certificate.validUntil)}`}>
            until {new Date(certificate.validUntil).toLocaleDateString('en-GB', { dateStyle: 'long' })}
          </dd>
          <dt>SHA-256</dt>
          <dd className="fingerprint">{certificate.sha256}</dd>
        </dl>
      ))}
      {error?.code !== 'tls-untrusted' && error && <Problem error={toErrorInfo(error)} />}
      {error?.code === 'tls-untrusted' && (
        <TrustQuestion
          address={cluster.address}
          error={error}
          onTrust={change}
          onClose={() => setError(undefined)}
        />
      )}
      <input
        ref={file}
        type="file"
        accept=".pem,.crt,.cer"
        hidden
        aria-label={`CA file for ${name}`}
        onChange={(event) => void chooseFile(event)}
      />
    </article>
  );
}

const wordsOf = { system: 'the system', fingerprint: 'its fingerprint', ca: 'its own authority' };

function describe(trust: ClusterTrust, isDemo: boolean): string {
  if (isDemo) return 'The demo cluster brings an authority of its own with each start.';
  if (trust.kind === 'system') return 'What this system trusts.';
  return trust.kind === 'fingerprint'
    ? 'Exactly this certificate, whatever its name and its dates.'
    : 'Only certificates that were issued by the authorities of the chosen file.';
}
