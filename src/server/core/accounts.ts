/**
 * How much each principal has in the channels of the log core. Past a limit, the account that has the most loses something.
 * The application has an account of its own: users cannot push it below half of a limit, nor can it push them.
 * Not here: what a channel loses (channel-log).
 */
import { createWeightOrder, type WeightOrder } from './weight-order.js';

/** The publisher of an event: a principal, or null for the application itself. */
export type Publisher = string | null;

export interface Account<Channel> {
  readonly publisher: Publisher;
  /** Bytes of its kept events. */
  bytes: number;
  /** Its share in each channel, ordered by bytes; the application's shares are ordered by their last append. */
  readonly shares: WeightOrder<Share<Channel>>;
  /** How many channels began with an event of this account. */
  made: number;
  /** Those channels, in order of their last use. */
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
  /** The account of a publisher, made if it is not known. An empty account is not stored. */
  of(publisher: Publisher): Account<Channel>;
  /** Call after an account has changed: updates its place among the accounts. With `isUsed` it goes last among those of its weight. */
  review(account: Account<Channel>, isUsed: boolean): void;
  /** The account that loses events: the asker's, unless another account has more bytes. */
  mostBytes(asker: Account<Channel>, inAll: number): Account<Channel>;
  /** The account that loses a channel: the asker's, unless another account made more. */
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
