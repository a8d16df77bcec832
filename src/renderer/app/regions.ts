const regions = ['top', 'tabs', 'document', 'files'];
const focusable = '[tabindex="0"], button:not([tabindex="-1"], :disabled), input, textarea';

/** Puts the focus into the next region of the window that is in sight. */
export function cycleRegion(root: HTMLElement | null): void {
  if (!root) return;
  const current = document.activeElement?.closest<HTMLElement>(
    regions.map((name) => `[data-region="${name}"]`).join(),
  );
  const at = regions.indexOf(current?.dataset['region'] ?? '');
  for (let step = 1; step <= regions.length; step += 1)
    if (focusRegion(root, regions[(at + step) % regions.length] ?? '')) return;
}

function focusRegion(root: HTMLElement, name: string): boolean {
  const region = [...root.querySelectorAll<HTMLElement>(`[data-region="${name}"]`)].find(isInSight);
  if (!region) return false;
  const all = [...region.querySelectorAll<HTMLElement>(name === 'files' ? '[role="grid"]' : focusable)];
  const target = all.find(
    (element) =>
      isInSight(element) && (name !== 'document' || !element.closest('.split-line, [data-region="files"]')),
  );
  // A document that is nothing but files is the region of files.
  if (!target && name === 'document' && region.querySelector('[data-region="files"]')) {
    if ([...region.querySelectorAll<HTMLElement>('[data-region="files"]')].some(isInSight)) return false;
  }
  (target ?? region).focus();
  return true;
}

function isInSight(element: HTMLElement): boolean {
  return (
    (element.offsetParent !== null || element.closest('.xterm') !== null) && !element.closest('[hidden]')
  );
}
