// Which theme the toolbar asks for, and whether that is a dark one now. Told by the channel, so that a page without a story hears of it too.
import { addons } from 'storybook/preview-api';

export type ThemeChoice = 'system' | 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const told = new Set<() => void>();
let choice: ThemeChoice = 'system';

/** Sets the theme of the whole preview: the stories, and what is around them. */
export function applyTheme(next: unknown): void {
  const asked: ThemeChoice = next === 'light' || next === 'dark' ? next : 'system';
  if (asked === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = asked;
  if (asked === choice) return;
  choice = asked;
  for (const tell of told) tell();
}

export function isDark(): boolean {
  return choice === 'dark' || (choice === 'system' && system.matches);
}

export function watchTheme(onChange: () => void): () => void {
  told.add(onChange);
  system.addEventListener('change', onChange);
  return () => {
    told.delete(onChange);
    system.removeEventListener('change', onChange);
  };
}

/** Of `storybook/internal/core-events`, which is as large as Storybook: what the toolbar says at first, and later. */
const EVENTS = ['setGlobals', 'globalsUpdated'];

/** Follows the toolbar from now on. */
export async function followToolbar(): Promise<void> {
  const channel = await addons.ready();
  const hear = ({ globals }: { readonly globals: Readonly<Record<string, unknown>> }): void => applyTheme(globals['theme']);
  for (const event of EVENTS) channel.on(event, hear);
}
