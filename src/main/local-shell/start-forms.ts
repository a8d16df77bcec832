import { basename } from 'node:path';

/** How a program is started, and what the terminal shows above its output. */
export interface StartForm {
  readonly arguments: readonly string[];
  readonly greeting?: string;
}

const dim = '\u001b[2m';
const plain = '\u001b[0m';

/** An interactive shell with the person's login environment. */
export function startedShell(program: string): StartForm {
  switch (nameOf(program)) {
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
