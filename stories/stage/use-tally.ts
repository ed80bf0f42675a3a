// Feeds and the books over them. Not a story.
import { useChannel } from 'holdfast';
import { useState } from 'react';
import { api, type Tick } from './contract.js';
import { FEEDS, type Feed } from './service.js';
import { usePlace } from './open-place.js';
import { NOTHING_YET, withEvent, withGap, type Tally } from './tally.js';

export interface TallyOptions {
  /** False: nobody listens. */
  readonly enabled?: boolean;
  /** Told beside the books, before they are. */
  readonly onTick?: (tick: Tick) => void;
}

/** One feed. */
export function useTally(feed: Feed, { enabled = true, onTick }: TallyOptions = {}): Tally {
  const { now } = usePlace();
  const [tally, setTally] = useState(NOTHING_YET);
  useChannel(api.channels.feed, {
    params: { name: feed },
    enabled,
    onEvent({ data }) {
      const at = now();
      onTick?.(data);
      setTally((former) => withEvent(former, data, at));
    },
    onGap: ({ reason }) => setTally((former) => withGap(former, reason)),
  });
  return tally;
}

export type Tallies = Readonly<Record<Feed, Tally>>;

/** Every feed. There are always five: each hook is called each time. */
export function useTallies(): Tallies {
  return { a: useTally('a'), b: useTally('b'), c: useTally('c'), d: useTally('d'), e: useTally('e') };
}

export function sumOf(tallies: Tallies, count: (tally: Tally) => number): number {
  return FEEDS.reduce((sum, name) => sum + count(tallies[name]), 0);
}
