/** Paths of servers: absolute, with `/`, as lossless texts. */

export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

export function parentPath(path: string): string {
  const end = trimEnd(path).lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

export function baseName(path: string): string {
  const whole = trimEnd(path);
  return whole.slice(whole.lastIndexOf('/') + 1);
}

/** Every folder on the way, from the root: what a person can go up to. */
export function pathSteps(path: string): readonly { readonly name: string; readonly path: string }[] {
  const steps = [{ name: '/', path: '/' }];
  let at = '';
  for (const name of path.split('/').filter(Boolean)) {
    at += `/${name}`;
    steps.push({ name, path: at });
  }
  return steps;
}

/** What is typed, from the folder in sight: `..`, `sub`, `/absolute` and `~` all work. */
export function typedPath(folder: string, typed: string): string {
  const text = typed.trim();
  if (text.startsWith('/') || text === '~' || text.startsWith('~/')) return text;
  return joinPath(folder, text);
}

function trimEnd(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

/** Why a name cannot be given to something in a folder; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'A name has at least one character.';
  if (name === '.' || name === '..') return `“${name}” stands for a folder already.`;
  if (name.includes('/')) return 'A name has no slash: it would be a path.';
  return new TextEncoder().encode(name).length > 255 ? 'A name has at most 255 bytes.' : undefined;
}
