// Somebody who types without a pause, key by key through the browser's own input, whatever the page is doing. Not a test.
import type { Tab } from '../../../bench/flood/bare-chromium.js';

/** Eleven keys a second: faster than most people type. */
const KEY_MS = 90;
const SENTENCE = 'the quick brown fox jumps';

export interface Typist {
  /** Ends in the middle of a word, and resolves to how many keys were pressed when the browser has taken them all. */
  stop(): Promise<number>;
}

/** Types into what has the focus, a sentence and Enter, again and again. */
export function startTyping(tab: Tab): Typist {
  const taken: Promise<unknown>[] = [];
  let pressed = 0;
  const press = (): void => {
    const at = pressed++ % (SENTENCE.length + 1);
    // Not awaited: a person does not wait for the screen either.
    taken.push(...keysOf(SENTENCE[at] ?? 'Enter').map((event) => tab.send('Input.dispatchKeyEvent', event)));
  };
  const timer = setInterval(press, KEY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(taken);
      return pressed;
    },
  };
}

function keysOf(key: string): object[] {
  const [code, virtual, text] = key === 'Enter' ? ['Enter', 13, '\r'] : key === ' ' ? ['Space', 32, ' '] : [`Key${key.toUpperCase()}`, key.toUpperCase().charCodeAt(0), key];
  const same = { key, code, windowsVirtualKeyCode: virtual };
  return [{ ...same, type: 'keyDown', text }, { ...same, type: 'keyUp' }];
}
