/**
 * The real outside of a client: the browser's, or what Node has of it.
 * Not here: the socket (`attempt-socket.ts`).
 */
import type { RealtimeError } from '../core/errors.js';
import type { Cancel, Signal, World } from '../core/world.js';
import { openAttemptSocket, type WebSocketClass } from './attempt-socket.js';

/** While nothing is painted, what has changed is still shown this soon. */
const UNPAINTED_MS = 250;
const FRAME_MS = 16;
/** What a 32-bit timer can hold, 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createBrowserWorld(Impl: WebSocketClass, onError: (error: RealtimeError) => void): World {
  const page = typeof document === 'undefined' ? null : document;
  return {
    clock: {
      now: () => performance.now(),
      wall: () => Date.now(),
      after(ms, run) {
        // A longer one would fire at once.
        const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
        return () => clearTimeout(timer);
      },
    },
    dice: { roll: () => Math.random(), id: randomId },
    open: (url, protocols, events) => openAttemptSocket(Impl, url, protocols, events, onError),
    paint: page === null || typeof requestAnimationFrame === 'undefined' ? paintByTimer : paintByFrame,
    isVisible: () => page?.visibilityState !== 'hidden',
    watch: (onSignal) => (page === null ? () => {} : watchPage(page, onSignal)),
  };
}

/** 128 random bits, 22 characters. `randomUUID` would need a secure context. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function paintByTimer(run: () => void): Cancel {
  const timer = setTimeout(run, FRAME_MS);
  return () => clearTimeout(timer);
}

/** A hidden page is not painted: a timer runs beside the frame, and the first of the two counts. */
function paintByFrame(run: () => void): Cancel {
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const once = (): void => {
    cancel();
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, UNPAINTED_MS);
  return cancel;
}

function watchPage(page: Document, onSignal: (signal: Signal) => void): Cancel {
  const over = new AbortController();
  const on = (target: EventTarget, type: string, listener: (event: Event) => void): void => target.addEventListener(type, listener, { signal: over.signal });
  for (const signal of ['online', 'offline', 'focus'] as const) on(window, signal, () => onSignal(signal));
  on(page, 'visibilitychange', () => onSignal(page.visibilityState === 'hidden' ? 'hidden' : 'visible'));
  on(page, 'resume', () => onSignal('resume'));
  on(window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && onSignal('resume'));
  return () => over.abort();
}
