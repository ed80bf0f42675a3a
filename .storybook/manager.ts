// The frame around the stories: the name, and the theme that the toolbar asks for.
import { GLOBALS_UPDATED, SET_GLOBALS } from 'storybook/internal/core-events';
import { addons } from 'storybook/manager-api';
import { dark, light } from './theme.js';

const system = matchMedia('(prefers-color-scheme: dark)');
const themeOf = (choice: unknown) => (choice === 'dark' || (choice !== 'light' && system.matches) ? dark : light);

// The stage first: the panel of addons is one key (A) away.
addons.setConfig({ theme: themeOf('system'), panelPosition: 'bottom', bottomPanelHeight: 0 });

addons.register('holdfast/theme', (api) => {
  let choice: unknown = 'system';
  const show = (): void => api.setOptions({ theme: themeOf(choice) });
  const hear = ({ globals }: { readonly globals: Readonly<Record<string, unknown>> }): void => {
    if (globals['theme'] === choice) return;
    choice = globals['theme'];
    show();
  };
  api.on(SET_GLOBALS, hear);
  api.on(GLOBALS_UPDATED, hear);
  system.addEventListener('change', show);
});
