export type TargetName = 'page' | 'programs' | 'cluster' | 'preload';
export const targets: Readonly<
  Record<TargetName, { readonly mode: string; readonly output: string; readonly sources: readonly string[] }>
>;
export function sourceKey(name: TargetName): string;
export function keyFile(name: TargetName): string;
export function isBuilt(name: TargetName): boolean;
