import { useState } from 'react';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';

/** The password for the HTTP proxy. It goes into the sealed store and never comes back. */
export function ProxyPassword() {
  const session = useSession();
  const ui = useUi();
  const { hasHttpProxyPassword, isReadOnly } = useAppState((state) => state.settings);
  const [password, setPassword] = useState('');
  const write = (next: string) =>
    void session
      .call((api) => api.settings.setHttpProxyPassword({ password: next }))
      .then(() => {
        setPassword('');
        ui.notify(next === '' ? 'The password was removed.' : 'The password is kept.');
      })
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <form
      className="setting"
      onSubmit={(event) => {
        event.preventDefault();
        if (password !== '') write(password);
      }}
    >
      <div className="setting-words">
        <span>HTTP proxy password</span>
        <span className="field-label" id="proxy-password-hint">
          {hasHttpProxyPassword
            ? 'One is kept, sealed. It is never shown again.'
            : 'Kept sealed, in no settings file as text.'}
        </span>
      </div>
      <span className="line setting-text">
        <input
          className="input"
          type="password"
          aria-label="HTTP proxy password"
          aria-describedby="proxy-password-hint"
          autoComplete="off"
          disabled={isReadOnly}
          placeholder={hasHttpProxyPassword ? '••••••••' : ''}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {password === '' && hasHttpProxyPassword ? (
          <Button type="button" disabled={isReadOnly} onClick={() => write('')}>
            Remove
          </Button>
        ) : (
          <Button type="submit" disabled={isReadOnly || password === ''}>
            Keep
          </Button>
        )}
      </span>
    </form>
  );
}
