/** The order of things when a link is ready, or takes over from one that was lost: wanted channels from their positions, then waiting queries, then lanes. */
import type { Channels } from './channels/channels.js';
import type { Outbox } from './queue/outbox.js';
import type { Queries } from './queries/queries.js';

type InOrder = readonly [Channels, Queries, Outbox];

export function resume(rooms: InOrder, link: number): void {
  for (const room of rooms) room.resume(link);
}

/** Nothing is said: what was wanted stays wanted, what was under way waits again. */
export function standBy(rooms: InOrder, link: number): void {
  for (const room of rooms) room.linkLost(link);
}
