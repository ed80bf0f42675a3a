/** Subscriptions of one tick, sent together: everything that a page wants at once goes in one frame a link. */
import type { ClientFrame, WantedChannel } from '../protocol/frames.js';

export interface SubscribeBatch {
  /** Sends at the end of this tick; a later `wanted` of the same channel replaces this one. */
  add(link: number, wanted: WantedChannel): void;
  /** Takes a channel out that was left before its frame was sent. */
  drop(link: number, channel: string): void;
  /** Sends at once what waits for the end of this tick. */
  send(): void;
}

const CHANNELS_PER_FRAME = 100;

export function createSubscribeBatch(port: { send(frame: ClientFrame, link: number): boolean; fence(): string | null }): SubscribeBatch {
  const waiting = new Map<number, Map<string, WantedChannel>>();
  let isScheduled = false;

  function send(): void {
    isScheduled = false;
    const fence = port.fence();
    for (const [link, batch] of waiting) {
      const wanted = [...batch.values()];
      for (let i = 0; i < wanted.length; i += CHANNELS_PER_FRAME) {
        port.send({ t: 'subscribe', channels: wanted.slice(i, i + CHANNELS_PER_FRAME), ...(fence !== null && { fence }) }, link);
      }
    }
    waiting.clear();
  }

  return {
    add(link, wanted) {
      const batch = waiting.get(link) ?? new Map<string, WantedChannel>();
      waiting.set(link, batch.set(wanted.name, wanted));
      if (isScheduled) return;
      isScheduled = true;
      void Promise.resolve().then(send);
    },
    drop(link, channel) {
      waiting.get(link)?.delete(channel);
    },
    send,
  };
}
