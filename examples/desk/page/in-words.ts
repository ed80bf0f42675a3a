// What went wrong, in this page's own words: a production build of the library has the codes of its errors alone.
import type { CommandError, ConnectionReason, ConnectionStatus, Gap, RealtimeError } from 'holdfast';
import { MAX_DISTANCE, type api, type NewOrder } from '../contract.js';
import { countText, priceText } from './format.js';

export const STATUS_WORDS: Readonly<Record<ConnectionStatus['status'], string>> = {
  idle: 'Not needed',
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  disconnected: 'Disconnected',
};

/** Close codes that say more than "lost"; docs/PROTOCOL.md has them all. */
const CODES: Readonly<Record<number, string>> = {
  4000: 'The server is being restarted.',
  4001: 'The server went silent, so this page gave the line up.',
  4002: 'The server did not hear this page for too long.',
  4003: 'The server did not answer in time.',
  4004: 'This page could not keep up with what came.',
  4200: 'The server is full. It has said when to try again.',
  4201: 'This page asked for too much at once.',
  4404: 'Another page took this one over.',
};

export function reasonInWords({ kind, code }: ConnectionReason): string {
  if (kind === 'asked') return 'You disconnected.';
  if (kind === 'unauthorized') return 'The server does not know who you are.';
  if (kind === 'forbidden') return 'The server does not let this page in.';
  if (kind === 'incompatible') return 'This page is too old for the server. Reload it.';
  return (code !== null ? CODES[code] : undefined) ?? 'The line was cut.';
}

export const GAP_WORDS: Readonly<Record<Gap['reason'], string>> = {
  epoch: 'The server was started again with an empty memory. What it held before is not there any more.',
  ahead: 'The server has gone back to an earlier state. The newest may be missing.',
  trimmed: 'You were away for longer than the server remembers. Some are missing.',
  limit: 'More happened than can be caught up with at once. Some are missing.',
  'no-resume': 'The server cannot say what you have missed. Some may be missing.',
  invalid: 'Something could not be read and was left out. Reload the page for its newest version.',
};

export const orderInWords = ({ side, quantity, symbol, cents }: NewOrder): string =>
  `${side === 'buy' ? 'Buy' : 'Sell'} ${countText(quantity)} ${symbol} at ${priceText(cents)}`;

export function placeErrorInWords(error: CommandError<typeof api.commands.placeOrder>): string {
  if (error.reason === 'tooMany') return `You have ${error.data.limit} open orders, and that is the most. Cancel one first.`;
  if (error.reason === 'farFromPrice') return `Too far from the price, which is ${priceText(error.data.cents)} now. An order may be ${MAX_DISTANCE * 100} % away from it.`;
  if (error.reason === 'idTaken') return 'Another order has its number. Place it again.';
  return errorInWords(error);
}

export function cancelErrorInWords(error: CommandError<typeof api.commands.cancelOrder>): string {
  if (error.code === 'outcome-unknown') return `${errorInWords(error)} The history shows whether it is cancelled.`;
  if (error.reason !== 'notOpen') return errorInWords(error);
  if (error.data.status === 'filled') return 'Too late: it was filled already.';
  return error.data.status === 'cancelled' ? 'It was cancelled already.' : 'The server does not know this order.';
}

export function errorInWords(error: RealtimeError): string {
  switch (error.code) {
    case 'forbidden':
      return 'The server does not let you do this.';
    case 'invalid':
      return 'The server could not accept these values.';
    case 'outcome-unknown':
      return 'The server stopped before it answered.';
    case 'queue-full':
      return 'Too much is waiting to be sent. Try again when the connection is back.';
    case 'expired':
      return 'The connection was away for too long, so this was not sent.';
    case 'timeout':
    case 'unavailable':
      return 'The server has not answered. Try again.';
    default:
      return `Something went wrong (${error.code}).`;
  }
}
