// What went wrong, in this page's own words: a production build of the library has the codes of its errors alone.
import type { CommandError, RealtimeError } from 'holdfast';
import { MAX_LENGTH, type api } from './contract.js';

export function commandInWords(error: CommandError<typeof api.commands.post>): string {
  if (error.reason === 'empty') return 'There is nothing in this message.';
  if (error.reason === 'tooLong') return `This message is too long: ${MAX_LENGTH} characters are the most.`;
  if (error.code === 'outcome-unknown') return 'The server stopped before it answered. Nobody can tell whether this was said.';
  return errorInWords(error);
}

export function errorInWords(error: RealtimeError): string {
  switch (error.code) {
    case 'forbidden':
      return 'You are not let into this room.';
    case 'too-large':
      return 'This is far too large to be sent.';
    case 'queue-full':
      return 'Too much is waiting to be sent. Try again when the connection is back.';
    case 'expired':
      return 'The connection was away for too long, and this was not said.';
    case 'timeout':
    case 'unavailable':
      return 'The server has not answered. Try again.';
    default:
      return `Something went wrong (${error.code}).`;
  }
}
