import type { TargetName } from './build-key.mjs';

export function ensureBuilt(...names: readonly TargetName[]): void;
