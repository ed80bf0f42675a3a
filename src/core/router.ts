/** The way up: which part waits for a frame. One exhaustive switch, nothing else. */
import type { Channels } from './channels/channels.js';
import type { ServerFrame } from './protocol/frames.js';
import type { Outbox } from './queue/outbox.js';
import type { Queries } from './queries/queries.js';
import type { Session } from './session.js';

export interface RouterParts {
  readonly session: Session;
  readonly channels: Channels;
  readonly queries: Queries;
  readonly outbox: Outbox;
  /** So many have come. */
  onEvents(count: number): void;
}

export function createRouter({ session, channels, queries, outbox, onEvents }: RouterParts): (frame: ServerFrame, link: number) => void {
  return (frame, link) => {
    switch (frame.t) {
      case 'events':
        onEvents(frame.events.length);
        return channels.events(frame, link);
      case 'subscribed':
        session.fenceSeen(frame.fence);
        return channels.subscribed(frame, link);
      case 'unsubscribed':
        return channels.unsubscribed(frame, link);
      case 'volatile':
        return channels.volatile(frame, link);
      case 'resync':
        return channels.resync(frame, link);
      case 'response':
      case 'error':
        return outbox.has(frame.id) ? outbox.answered(frame, link) : queries.answered(frame, link);
      case 'lane':
        session.fenceSeen(frame.fence);
        return outbox.laneAnswered(frame, link);
      case 'welcome':
      case 'ping':
      case 'pong':
        // The link keeps these to itself.
        return;
    }
  };
}
