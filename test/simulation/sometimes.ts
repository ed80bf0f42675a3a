/** What a world has reached: a world that cannot reach something proves nothing about it. The registry of names, and one world's record. */

/** Each must be reached in at least so many of 300 worlds. */
export const SOMETIMES = {
  // Pages, parts, ticks.
  'subscribed: live': 30,
  'subscribed: recovered': 30,
  'subscribed: recovered with 0 events': 10,
  'subscribed: more pages': 30,
  'subscribed: page 3 or later': 10,
  'subscribed: an answer of an old generation arrives': 3,
  'events: a tick split over frames': 10,
  'response: more than one part': 30,
  // Gaps.
  'gap: trimmed': 10,
  'gap: epoch': 10,
  'view gap: trimmed': 5,
  'view gap: epoch': 5,
  // Close codes.
  'close 1000': 10,
  'close 1006': 30,
  'close 1013': 3,
  'close 4000': 10,
  'close 4001': 10,
  'close 4002': 3,
  'close 4003': 3,
  'close 4004': 3,
  'close 4200': 3,
  'close 4201': 3,
  'close 4300': 5,
  'server closes 4404': 5,
  'told unauthorized': 5,
  // Outcomes.
  'outcome: done': 100,
  'outcome: rejected': 30,
  'outcome: internal': 10,
  'outcome: poisoned': 0,
  'outcome: timeout': 5,
  'outcome: forbidden': 5,
  'outcome: cancelled': 30,
  'outcome: expired': 10,
  'outcome: queue-full': 5,
  'outcome: outcome-unknown': 10,
  'outcome: result-expired': 5,
  'outcome: rejected, its data expired': 5,
  'a command offered again after its handler ended': 10,
  'a void for a command that had run': 3,
  // Client.
  'listener mounted while away': 10,
  'listener mounted while joining': 10,
  'listener mounted inside onEvent': 10,
  'listener removed inside onEvent': 10,
  'command sent inside onEvent': 10,
  'resync inside onGap': 3,
  'view hidden past its retention comes back': 10,
  'view hidden within its retention comes back': 10,
  'refused: kicked': 10,
  'refused: forbidden': 5,
  'let in again by resync': 10,
  'optimistic update shown': 50,
  'optimistic update of a rejected command': 10,
  'volatile event received': 10,
  'query answered': 50,
  'query timed out': 3,
  'query forbidden': 2,
  'followed query asked again after a gap': 5,
  'user changed by setUser': 10,
  'user changed by the server': 5,
  'reconnect pressed while connecting': 3,
  'reconnect pressed while ready': 5,
  'disconnected and reconnected by hand': 5,
  'a second link became ready': 30,
  'a link took over the channels of another': 10,
  'tab reloaded': 5,
  // Server.
  'server crashed and kept its storage': 10,
  'server crashed and lost its storage': 10,
  'server stopped gracefully': 10,
  'a handler was interrupted by a crash': 5,
  'an older socket was greeted after a newer one': 3,
  'user closed by the server': 5,
  'no fault at all': 10,
} as const satisfies Readonly<Record<string, number>>;

/** Cases of machines that no world reaches, each with the reason. */
export const NOT_REACHED: Readonly<Record<string, string>> = {
  'case connection: frame': 'our client sends nothing but hello before its welcome',
  'case lane: handed-over': 'only a foreign server hands over',
  'case lane: outcome-unknown': 'the server forgets a lane while its handler runs after ten minutes, or past 64 lanes of a user',
  'case channel: resync': 'the server asks for it when more than 1,000 events wait for one joiner',
  'case channel: known': 'one connection brings each event once, and an event of an older socket is dropped before',
  'case channel: apart': 'one connection brings every event in order',
};

export type SometimesName = keyof typeof SOMETIMES;

/** One world's record. */
export interface Reached {
  readonly names: ReadonlySet<string>;
  add(name: SometimesName): void;
  /** For names that are made of what was seen; those that the registry does not have are listed, not demanded. */
  addSeen(name: string): void;
}

export function createReached(): Reached {
  const names = new Set<string>();
  return { names, add: (name) => void names.add(name), addSeen: (name) => void names.add(name) };
}
