import type { LogEntry } from '../../shared/contract/log.ts';
import { follow } from '../../shared/lifecycle/follow.ts';
import type { Log } from '../log/log.ts';
import type { SettingsService } from '../settings/settings-service.ts';

const pieceSize = 500;
const maxWaiting = 5_000;

/** The settings of the log count at once. */
export function followLogSettings(log: Log, settings: SettingsService): void {
  const apply = () => {
    const { values } = settings;
    log.configure({ level: values['advanced.logLevel'], writesNames: values['advanced.logNames'] });
  };
  apply();
  settings.onChange(apply);
}

/** What is kept, oldest first, and then what comes, in pieces that a message can hold. Ends with `signal`. */
export async function* watchLog(log: Log, signal?: AbortSignal): AsyncGenerator<{ entries: LogEntry[] }> {
  const earlier = await log.earlier();
  let waiting = [...earlier, ...log.kept];
  const undo = log.onEntry((entry) => {
    waiting.push(entry);
    // Whoever does not read any more must not fill the memory.
    if (waiting.length > maxWaiting * 2) waiting = waiting.slice(-maxWaiting);
  });
  try {
    for await (const _ of follow(log.onEntry, signal)) {
      const entries = waiting;
      waiting = [];
      for (let at = 0; at < entries.length; at += pieceSize)
        yield { entries: entries.slice(at, at + pieceSize) };
    }
  } finally {
    undo.dispose();
  }
}
