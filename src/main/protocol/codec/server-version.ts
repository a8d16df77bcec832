import { AppError } from '../../../shared/errors/app-error.ts';

export const oldestMajor = 11;
export const newestMajor = 18;

/** Major version of a semantic version such as `18.0.0-dev`. Throws `answer-invalid`. */
export function majorOf(version: string): number {
  const match = /^v?(\d{1,4})\.\d+\.\d+/.exec(version);
  if (!match)
    throw new AppError('answer-invalid', 'The proxy tells a version that cannot be read.', {
      detail: version,
    });
  return Number(match[1]);
}

/** Refuses servers older than this client can speak to, or so new that their rules are unknown. */
export function checkServerVersion(version: string): void {
  const major = majorOf(version);
  if (major < oldestMajor) {
    throw new AppError('server-too-old', `This cluster runs Teleport ${version}, which is too old.`, {
      reason: `Porthole speaks to Teleport ${oldestMajor} and later.`,
      advice: 'Ask an administrator to upgrade the cluster.',
    });
  }
  if (major > newestMajor + 1) {
    throw new AppError(
      'server-too-new',
      `This cluster runs Teleport ${version}, which Porthole does not know yet.`,
      {
        reason: `Porthole knows Teleport up to version ${newestMajor}.`,
        advice: 'Install a newer Porthole.',
      },
    );
  }
}

/** What the user should know although it does not stop them. */
export function versionWarnings(version: string): string[] {
  return majorOf(version) > newestMajor
    ? [
        `This cluster runs Teleport ${version}. Porthole was tested up to version ${newestMajor}; some things may not work.`,
      ]
    : [];
}
