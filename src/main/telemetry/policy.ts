import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const variable = 'PORTHOLE_USAGE_DATA';
const offWords = new Set(['0', 'off', 'false', 'no', 'never']);
const Policy = z.object({ usageData: z.boolean().optional() });

/** Where an administrator of this machine forbids usage data for everybody on it: `{ "usageData": false }`. */
export function defaultPolicyPath(platform: string): string {
  if (platform === 'darwin') return '/Library/Application Support/Porthole/policy.json';
  if (platform === 'win32')
    return join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Porthole', 'policy.json');
  return '/etc/porthole/policy.json';
}

/** What forces usage data off, as a sentence; undefined when nothing does. An unreadable policy counts as "off". */
export function whatForcesOff(environment: NodeJS.ProcessEnv, policyPath: string): string | undefined {
  const value = environment[variable];
  if (value !== undefined && offWords.has(value.trim().toLowerCase()))
    return `The environment variable ${variable} turns usage data off.`;
  let text: string;
  try {
    text = readFileSync(policyPath, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing ? undefined : `The policy file ${policyPath} cannot be read, so usage data stays off.`;
  }
  const policy = parsePolicy(text);
  if (!policy) return `The policy file ${policyPath} is damaged, so usage data stays off.`;
  return policy.usageData === false ? `The policy file ${policyPath} turns usage data off.` : undefined;
}

function parsePolicy(text: string): z.infer<typeof Policy> | undefined {
  try {
    return Policy.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
