/** One thing that the palette can do. */
export interface PaletteItem {
  /** The same in every start: what is used often comes first by it. */
  readonly id: string;
  readonly name: string;
  /** Shown behind the name, and searched after it. */
  readonly hint?: string | undefined;
  readonly chord?: string | undefined;
  readonly run: () => void;
}
