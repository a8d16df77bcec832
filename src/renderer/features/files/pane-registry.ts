/** The panes of this page, for commands that put the focus into one. */
const panes = new Map<string, () => void>();
let wanted: string | undefined;

export function registerPane(paneId: string, focus: () => void): () => void {
  panes.set(paneId, focus);
  if (wanted === paneId) {
    wanted = undefined;
    focus();
  }
  return () => panes.delete(paneId);
}

/** Puts the focus into a pane, now or as soon as it is drawn. */
export function focusPane(paneId: string): void {
  const focus = panes.get(paneId);
  if (focus) focus();
  else wanted = paneId;
}
