import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A home folder for everything that tests start: a shell reads no start-up files of whoever runs them, whose prompts, tools
 * and locks would decide about the result.
 */
export function makeTestHome(): string {
  const home = join(import.meta.dirname, '../../test-results/home');
  mkdirSync(home, { recursive: true });
  return home;
}
