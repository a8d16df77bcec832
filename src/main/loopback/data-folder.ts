import { homedir } from 'node:os';
import { join } from 'node:path';

/** The usual place for this user's data. */
export function defaultDataFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Porthole');
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? homedir(), 'Porthole');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'porthole');
}
