const KEY = 'zankyo-theme';
const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The theme of this browser: that of the system, unless the person chose another one. */
export const theme = (): Theme => {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system'; // storage is forbidden
  }
};

export const applyTheme = (name: Theme): void => {
  if (name === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  window.dispatchEvent(new Event('theme')); // charts read their colours anew
};

/** Calls after the colours have changed: by `applyTheme`, or by the system. Gives the way to end it. */
export const onColours = (call: () => void): (() => void) => {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', call);
  window.addEventListener('theme', call);
  return () => {
    scheme.removeEventListener('change', call);
    window.removeEventListener('theme', call);
  };
};

/** The next of system, light and dark. */
export const switchTheme = (): Theme => {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // for this page only
  }
  applyTheme(next);
  return next;
};
