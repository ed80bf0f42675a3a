/**
 * What each principal keeps in the channels of the log core, and which of them loses something when there is too much: the one
 * that has the most. The application is an account of its own: users cannot push it below half of a limit, nor it them.
 * Not here: what a channel loses (channel-log).
 */
import { createWeightOrder, type WeightOrder } from './weight-order.js';

/** Who published an event: a principal, or null for the application itself. */
export type Publisher = string | null;

export interface Account<Channel> {
  readonly publisher: Publisher;
  /** Of its kept events. */
  bytes: number;
  /** What it has in each channel, by bytes; the application's by their last append. */
  readonly shares: WeightOrder<Share<Channel>>;
  /** Channels whose first event was its own: how many, and in order of their last use. */
  made: number;
  readonly channels: WeightOrder<Channel>;
}

/** The kept events of one account in one channel. */
export interface Share<Channel> {
  readonly account: Account<Channel>;
  readonly channel: Channel;
  events: number;
  bytes: number;
}

export interface Accounts<Channel> {
  /** An account that is not empty is found again. */
  of(publisher: Publisher): Account<Channel>;
  /** Keeps the orders true after an account has changed; with `isUsed` it is the last one of its weight. */
  review(account: Account<Channel>, isUsed: boolean): void;
  /** Whose events go: the asker's, unless another account has more bytes. */
  mostBytes(asker: Account<Channel>, inAll: number): Account<Channel>;
  /** Whose channel goes: the asker's, unless another account made more. */
  mostChannels(asker: Account<Channel>, inAll: number): Account<Channel>;
  /** What a share weighs in the order of its account. */
  weigh(share: Share<Channel>): number;
}

export function createAccounts<Channel>(): Accounts<Channel> {
  const create = (publisher: Publisher): Account<Channel> => ({ publisher, bytes: 0, shares: createWeightOrder(), made: 0, channels: createWeightOrder() });
  const application = create(null);
  const accounts = new Map<Publisher, Account<Channel>>();
  const byBytes = createWeightOrder<Account<Channel>>();
  const byChannels = createWeightOrder<Account<Channel>>();

  const most = (order: WeightOrder<Account<Channel>>, asker: Account<Channel>, ofApplication: number, ofUsers: number): Account<Channel> => {
    const isApplication = ofApplication === ofUsers ? asker === application : ofApplication > ofUsers;
    return isApplication ? application : (order.heaviest(asker) ?? application);
  };

  return {
    of: (publisher) => (publisher === null ? application : (accounts.get(publisher) ?? create(publisher))),
    review(account, isUsed) {
      if (account === application) return;
      const how = isUsed ? 'put' : 'reweigh';
      byBytes[how](account, account.bytes);
      byChannels[how](account, account.made);
      if (account.bytes === 0 && account.made === 0) accounts.delete(account.publisher);
      else if (isUsed) accounts.set(account.publisher, account);
    },
    mostBytes: (asker, inAll) => most(byBytes, asker, application.bytes, inAll - application.bytes),
    mostChannels: (asker, inAll) => most(byChannels, asker, application.made, inAll - application.made),
    weigh: ({ account, events, bytes }) => (account === application ? Math.min(1, events) : bytes),
  };
}
