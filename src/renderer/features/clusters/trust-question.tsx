import { type ChangeEvent, useRef } from 'react';
import type { TrustChoice } from '../../../shared/contract/clusters.ts';
import type { AppError } from '../../../shared/errors/app-error.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Shows an untrusted certificate; the person may accept exactly this one, or bring the CA that signed it. */
export function TrustQuestion(props: {
  address: string;
  error: AppError;
  onTrust: (trust: TrustChoice) => void;
  onClose: () => void;
}) {
  const file = useRef<HTMLInputElement>(null);
  const facts = props.error.facts ?? {};
  const chooseFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    if (chosen) props.onTrust({ kind: 'ca', pem: await chosen.text() });
  };
  return (
    <Dialog
      title="Certificate not trusted"
      description={`${props.address}: ${props.error.reason ?? props.error.message}`}
      onClose={props.onClose}
    >
      <dl className="facts">
        <dt>Issued to</dt>
        <dd className="mono">{facts['subject'] || '—'}</dd>
        <dt>Issued by</dt>
        <dd className="mono">{facts['issuer'] || '—'}</dd>
        <dt>Valid</dt>
        <dd>
          {facts['validFrom']} – {facts['validTo']}
        </dd>
      </dl>
      <div className="stack-tight">
        <span className="field-label">SHA-256 fingerprint</span>
        <div className="fingerprint">{facts['sha256']}</div>
        <p className="muted">
          Compare it with the one that an administrator of the cluster gives you. The choice counts for this
          cluster only.
        </p>
      </div>
      <input
        ref={file}
        type="file"
        accept=".pem,.crt,.cer"
        hidden
        onChange={(event) => void chooseFile(event)}
        aria-label="CA file"
      />
      <div className="actions">
        <Button onClick={props.onClose}>Cancel</Button>
        <Button onClick={() => file.current?.click()}>Choose CA file</Button>
        <Button
          kind="primary"
          onClick={() => props.onTrust({ kind: 'fingerprint', sha256: facts['sha256'] ?? '' })}
        >
          Trust for this cluster
        </Button>
      </div>
    </Dialog>
  );
}
