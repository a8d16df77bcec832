import { spawn } from 'node:child_process';
import { AppError } from '../../../shared/errors/app-error.ts';

/** Starts the editor that was chosen, or the one that the system has for the file. It outlives the app. */
export function openEditor(path: string, editor: string, platform: string): Promise<void> {
  const [command, args] = commandOf(path, editor, platform);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', (cause) =>
      reject(
        new AppError('program-missing', 'The editor could not be started.', {
          reason: `${command} was not found, or cannot be run.`,
          advice: 'Choose another editor in the settings.',
          facts: { localPath: path },
          cause,
        }),
      ),
    );
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

/** A program may have arguments of its own, such as `code --wait`; one whose path has blanks stands in quotes. */
function commandOf(path: string, editor: string, platform: string): readonly [string, string[]] {
  const words = editor.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
  const [program, ...args] = words;
  if (program !== undefined) return [program, [...args, path]];
  if (platform === 'darwin') return ['open', ['-t', path]];
  return platform === 'win32' ? ['explorer', [path]] : ['xdg-open', [path]];
}
