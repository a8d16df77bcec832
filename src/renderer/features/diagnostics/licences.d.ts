/** Made at each build by `scripts/licences.mjs` from the lock file and what is installed. */
declare module 'virtual:licences' {
  /** By name. `text` counts in `texts`; absent when the package has none. */
  export const packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly licence: string;
    readonly text?: number;
  }[];
  export const texts: readonly string[];
}
