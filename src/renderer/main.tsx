import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { Session } from './client/session.ts';
import { AppStore, StoreContext } from './state/store.ts';

// The token of the first address has done its work; it need not stay in the address bar.
if (location.search !== '') history.replaceState(null, '', location.pathname);

const session = new Session();
const store = new AppStore(session);
session.start();

const reportProblem = (message: string, stack: string) => {
  void session
    .call((api) => api.app.reportProblem({ message: message.slice(0, 500), stack: stack.slice(0, 20_000) }))
    .catch(() => undefined);
};
window.addEventListener('error', (event) =>
  reportProblem(event.message, String((event.error as Error | undefined)?.stack ?? '')),
);
window.addEventListener('unhandledrejection', (event) =>
  reportProblem('unhandled rejection', String((event.reason as Error | undefined)?.stack ?? event.reason)),
);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <StoreContext value={store}>
        <App />
      </StoreContext>
    </StrictMode>,
  );
}
