import type { Session } from 'electron';

/** What the page needs: writing to the clipboard, and reading it for a paste. Nothing else is ever granted. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'clipboard-read']);

export function restrictPermissions(session: Session, origin: string): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(granted.has(permission) && details.requestingUrl.startsWith(`${origin}/`));
  });
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => {
    return granted.has(permission) && requestingOrigin.replace(/\/$/, '') === origin;
  });
  session.setDevicePermissionHandler(() => false);
}
