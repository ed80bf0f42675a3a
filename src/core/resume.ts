/** The order of things when a link is ready, or takes over from one that was lost: wanted channels from their positions, then waiting queries, then lanes. */
import type { Channels } from './channels/channels.js';
import type { Outbox } from './queue/outbox.js';
import type { Queries } from './queries/queries.js';

export interface ResumeParts {
  readonly channels: Channels;
  readonly queries: Queries;
  readonly outbox: Outbox;
}

export function resume({ channels, queries, outbox }: ResumeParts, link: number): void {
  channels.resume(link);
  queries.resume(link);
  outbox.resume(link);
}

/** Nothing is said: what was wanted stays wanted, what was under way waits again. */
export function standBy({ channels, queries, outbox }: ResumeParts, link: number): void {
  channels.linkLost(link);
  queries.linkLost(link);
  outbox.linkLost(link);
}
