// Runs before anything is drawn: the page appears in the theme of the last time. src/renderer/state/theme.ts keeps it.
(() => {
  const stored = /(?:^|; )porthole-theme=([a-z-]+)/.exec(document.cookie)?.[1];
  const theme = stored ?? localStorage.getItem('porthole-theme') ?? 'system';
  const fixed = theme === 'light' || theme === 'dark' ? theme : undefined;
  const { dataset } = document.documentElement;
  dataset.theme = fixed ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  if (theme === 'high-contrast' || matchMedia('(prefers-contrast: more)').matches) dataset.contrast = 'more';
})();
