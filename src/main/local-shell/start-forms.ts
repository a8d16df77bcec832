import { basename } from 'node:path';

/** How a program is started, and what the terminal shows above its output. */
export interface StartForm {
  readonly arguments: readonly string[];
  readonly greeting?: string;
}

const dim = '\u001b[2m';
const plain = '\u001b[0m';

/** Where a shell finds the `KUBECONFIG` of its terminal after the person's own files may have set another. */
export const keptKubeconfig = 'PORTHOLE_KUBECONFIG';

/** For bash: the files of a login shell, then what must not be another cluster's. */
export const bashFile = `[ -r /etc/profile ] && . /etc/profile
for porthole_file in ~/.bash_profile ~/.bash_login ~/.profile; do
  if [ -r "$porthole_file" ]; then . "$porthole_file"; break; fi
done
unset porthole_file
export KUBECONFIG="$${keptKubeconfig}"
`;

/** An interactive shell with the person's login environment; `bashFile` = where that file is, when it counts. */
export function startedShell(program: string, bashFilePath?: string): StartForm {
  switch (nameOf(program)) {
    case 'bash':
      return { arguments: bashFilePath === undefined ? ['-l'] : ['--rcfile', bashFilePath, '-i'] };
    case 'fish':
      return {
        arguments:
          bashFilePath === undefined ? ['-l'] : ['-l', '-C', `set -gx KUBECONFIG $${keptKubeconfig}`],
      };
    case 'pwsh':
      return { arguments: process.platform === 'win32' ? ['-NoLogo'] : ['-Login', '-NoLogo'] };
    case 'powershell':
      return { arguments: ['-NoLogo'] };
    case 'cmd':
      return { arguments: [] };
    default:
      return { arguments: ['-l'] };
  }
}

/** A command line that ends with its exit code; it is shown first, so that a person sees what runs. */
export function startedCommand(program: string, command: string): StartForm {
  return { arguments: commandArguments(program, command), greeting: `${dim}${shown(command)}${plain}\r\n` };
}

function commandArguments(program: string, command: string): string[] {
  switch (nameOf(program)) {
    case 'pwsh':
    case 'powershell':
      return ['-NoLogo', '-Command', command];
    case 'cmd':
      return ['/d', '/c', command];
    case 'tcsh':
    case 'csh':
      // `-l` must stand alone there.
      return ['-c', command];
    default:
      return ['-l', '-c', command];
  }
}

function nameOf(program: string): string {
  return basename(program)
    .toLowerCase()
    .replace(/\.exe$/, '');
}

/** Without control characters, which the terminal would obey. */
function shown(command: string): string {
  return command.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
