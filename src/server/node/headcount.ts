/** How many sockets there are, in all and of one address, and whether one more may come. Not here: what a socket does. */
import { networkOf } from '../core/network.js';
import type { Refusal } from './upgrade.js';

export interface Headcount {
  /** Why there is no room for one more, or null. */
  refusal(address: string | undefined): Refusal | null;
  /** Counts a socket. */
  enter(address: string | undefined): void;
  /** It is gone; once for each that entered, with the same address. */
  leave(address: string | undefined): void;
}

export function createHeadcount(limits: { readonly connections: number; readonly connectionsPerAddress: number }): Headcount {
  const byNetwork = new Map<string, number>();
  let total = 0;
  return {
    refusal(address = '') {
      if (total >= limits.connections) return { status: 503, sentence: 'This server is full.' };
      if ((byNetwork.get(networkOf(address)) ?? 0) >= limits.connectionsPerAddress) return { status: 429, sentence: 'Too many sockets of this address.' };
      return null;
    },
    enter(address = '') {
      total++;
      const network = networkOf(address);
      byNetwork.set(network, (byNetwork.get(network) ?? 0) + 1);
    },
    leave(address = '') {
      total--;
      const network = networkOf(address);
      const left = (byNetwork.get(network) ?? 0) - 1;
      if (left > 0) byNetwork.set(network, left);
      else byNetwork.delete(network);
    },
  };
}
