import { describe, expect, it } from 'vitest';
import { baseName, joinPath, nameProblem, parentPath, pathSteps, typedPath } from './remote-path.ts';

describe('paths of servers', () => {
  it('are joined and taken apart', () => {
    expect(joinPath('/', 'etc')).toBe('/etc');
    expect(joinPath('/var/log', 'a b')).toBe('/var/log/a b');
    expect(parentPath('/var/log')).toBe('/var');
    expect(parentPath('/var/')).toBe('/');
    expect(parentPath('/')).toBe('/');
    expect(baseName('/var/log/')).toBe('log');
    expect(pathSteps('/var/log').map((step) => step.path)).toEqual(['/', '/var', '/var/log']);
  });

  it('may be typed from the folder in sight', () => {
    expect(typedPath('/var', ' log ')).toBe('/var/log');
    expect(typedPath('/var', '/etc')).toBe('/etc');
    expect(typedPath('/var', '~/a')).toBe('~/a');
    expect(typedPath('/var', '~a')).toBe('/var/~a');
  });

  it.each(['', '.', '..', 'a/b', 'é'.repeat(128)])('refuse %j as a name', (name) => {
    expect(nameProblem(name)).toBeDefined();
  });

  it('take any other name', () => {
    expect(nameProblem('é'.repeat(127))).toBeUndefined();
    expect(nameProblem('...')).toBeUndefined();
  });
});
