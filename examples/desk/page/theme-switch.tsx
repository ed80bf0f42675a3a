// Light, dark, or as the system has it (auto).
import { useSyncExternalStore } from 'react';
import { theme, THEMES } from './theme.js';

const WORDS = { system: 'Auto', light: 'Light', dark: 'Dark' } as const;

export function ThemeSwitch() {
  const chosen = useSyncExternalStore(theme.subscribe, theme.get);
  return (
    <fieldset className="segments small">
      <legend className="visually-hidden">Theme</legend>
      {THEMES.map((one) => (
        <label key={one}>
          <input type="radio" name="theme" className="visually-hidden" checked={one === chosen} onChange={() => theme.choose(one)} />
          <span>{WORDS[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
