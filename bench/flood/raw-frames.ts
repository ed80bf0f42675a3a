/** What the pages without our client say and hear: the same frames, by hand. Not a bench. */
import type { Tick } from './board.js';

export const HELLO = JSON.stringify({ t: 'hello', v: 1, client: 'a-page', link: 0, attempt: 1, features: [], outbox: 'memory', visible: true });
const SUBSCRIBE = JSON.stringify({ t: 'subscribe', channels: [{ name: 'board', generation: 1 }] });

/** The events of a frame; to a welcome the page must answer. */
export function readFrame(text: string, send: (text: string) => void): readonly Tick[] {
  const frame = JSON.parse(text) as { readonly t: string; readonly events?: readonly { readonly data: Tick }[] };
  if (frame.t === 'welcome') send(SUBSCRIBE);
  return frame.t === 'events' ? (frame.events ?? []).map((event) => event.data) : [];
}
