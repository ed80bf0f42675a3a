// Light, dark, or as the system has it: kept, and said to the root element, which theme.css listens to.
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'desk-theme';
let chosen: Theme = THEMES.find((one) => one === localStorage.getItem(KEY)) ?? 'system';
const listeners = new Set<() => void>();

export const theme = {
  get: (): Theme => chosen,
  choose(next: Theme): void {
    chosen = next;
    localStorage.setItem(KEY, next);
    theme.show();
    listeners.forEach((tell) => tell());
  },
  show(): void {
    if (chosen === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
  },
  /** Told after the colours have changed, by the person or by the system. */
  subscribe(listener: () => void): () => void {
    const system = matchMedia('(prefers-color-scheme: dark)');
    listeners.add(listener);
    system.addEventListener('change', listener);
    return () => {
      listeners.delete(listener);
      system.removeEventListener('change', listener);
    };
  },
};
