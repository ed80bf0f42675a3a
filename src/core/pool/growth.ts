/** Whether the links that are there are enough, and which one comes next. */
/** Which link of the pool, from 0. */
export type LinkId = number;

export type Slot =
  | { readonly tag: 'off' }
  /** On its way, or waiting for its next attempt. */
  | { readonly tag: 'seeking' }
  | { readonly tag: 'ready'; readonly isSuspect: boolean }
  /** The server, or the application's token callback, has said no for good. */
  | { readonly tag: 'stopped' };

export interface Fleet {
  readonly isWanted: boolean;
  readonly links: readonly Slot[];
  /** Channels by link. */
  readonly loads: readonly number[];
  /** Wanted channels that have no link. */
  readonly homeless: number;
}

/** Somebody new would be served at once, and well: by a link that is not overdue and has room for so many more channels. */
export function hasRoom(links: readonly Slot[], loads: readonly number[], full: number, more = 0): boolean {
  return links.some((slot, id) => slot.tag === 'ready' && !slot.isSuspect && (loads[id] ?? 0) + more <= full);
}

/**
 * The link to open now, or null. Never while another one is on its way: browsers open sockets to one host one by one,
 * and a server that is away is asked by one link, not by all. Never past a server that has turned one away for good.
 */
export function growth({ isWanted, links, loads, homeless }: Fleet, full: number): LinkId | null {
  if (!isWanted || links.some(({ tag }) => tag === 'seeking' || tag === 'stopped')) return null;
  if (homeless === 0 && hasRoom(links, loads, full)) return null;
  const next = links.findIndex(({ tag }) => tag === 'off');
  return next < 0 ? null : next;
}
