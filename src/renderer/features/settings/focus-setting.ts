const longestWaitMs = 3_000;

/** Puts the focus on a setting's control as soon as its page is in sight. */
export function focusSetting(label: string): void {
  const find = () =>
    [...document.querySelectorAll<HTMLElement>('.settings:not([hidden]) .setting [aria-label]')].find(
      (control) => control.getAttribute('aria-label') === label,
    );
  const started = performance.now();
  const look = () => {
    const control = find();
    if (control) {
      control.scrollIntoView({ block: 'center' });
      control.focus();
    } else if (performance.now() - started < longestWaitMs) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
