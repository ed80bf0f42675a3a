/** The contract between the page of the transition bench and its server. Not a bench. */
import { z } from 'zod';
import { channel, defineContract } from 'holdfast/contract';

export const api = defineContract({ channels: { feed: channel('feed', { events: { tick: z.object({ n: z.number() }) } }) } });

/** What a page shows of the feed. */
export interface Feed {
  readonly seen: number;
  readonly last: number;
  readonly isOrdered: boolean;
}
export const EMPTY_FEED: Feed = { seen: 0, last: 0, isOrdered: true };
export const addTick = ({ seen, last, isOrdered }: Feed, { n }: { readonly n: number }): Feed => ({ seen: seen + 1, last: n, isOrdered: isOrdered && (seen === 0 || n === last + 1) });
