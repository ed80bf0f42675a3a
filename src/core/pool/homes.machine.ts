/**
 * Which channel goes over which link. A home is kept until its link is lost or the channel is left: whoever chose anew
 * for each message would break the order within a channel.
 * A private container, pure in its answers: the same calls give the same homes.
 */
import type { LinkId, Slot } from './growth.js';

export interface Homes {
  /** Channels by link. */
  readonly loads: readonly number[];
  /** Wanted channels without a link. */
  readonly homeless: number;
  /** The home of a channel, from now on. `limit`: how many channels the server takes on one link. */
  find(channel: string, links: readonly Slot[], limit: number): LinkId | null;
  leave(channel: string): void;
}

export function createHomes(size: number, full: number): Homes {
  const homes = new Map<string, LinkId | null>();
  const loads = Array.from({ length: size }, () => 0);
  let homeless = 0;

  const count = (home: LinkId | null, by: number): void => {
    if (home === null) homeless += by;
    else loads[home] = (loads[home] ?? 0) + by;
  };
  const settle = (channel: string, home: LinkId | null): void => {
    const former = homes.get(channel);
    if (former !== undefined) count(former, -1);
    homes.set(channel, home);
    count(home, 1);
  };

  return {
    get loads() {
      return [...loads];
    },
    get homeless() {
      return homeless;
    },
    find(channel, links, limit) {
      const known = homes.get(channel);
      if (known !== undefined && known !== null && links[known]?.tag === 'ready') return known;
      const best = bestLink(links, loads, full);
      // It waits for the link that is to come, rather than be refused by one that is full.
      const isOver = best !== null && (loads[best] ?? 0) >= limit && mayGrow(links);
      const home = isOver ? null : best;
      settle(channel, home);
      return home;
    },
    leave(channel) {
      const home = homes.get(channel);
      if (home === undefined) return;
      homes.delete(channel);
      count(home, -1);
    },
  };
}

function mayGrow(links: readonly Slot[]): boolean {
  return links.some(({ tag }) => tag === 'off' || tag === 'seeking') && !links.some(({ tag }) => tag === 'stopped');
}

/** A ready link for somebody new, or null: one that is not overdue if there is one, then the first with room, then the emptiest. */
export function bestLink(links: readonly Slot[], loads: readonly number[], full: number): LinkId | null {
  let best: LinkId | null = null;
  let least = Infinity;
  links.forEach((slot, id) => {
    if (slot.tag !== 'ready') return;
    const load = loads[id] ?? 0;
    const cost = (slot.isSuspect ? 1e9 : 0) + (load > full ? load : 0);
    if (cost >= least) return;
    least = cost;
    best = id;
  });
  return best;
}
