/** Why a link stays away, as a sentence that says what to do. */
import { DEV, RealtimeError, type RealtimeErrorCode } from '../errors.js';

export function stopError(code: RealtimeErrorCode): RealtimeError {
  return new RealtimeError(code, DEV && stopMessage(code));
}

function stopMessage(code: RealtimeErrorCode): string {
  switch (code) {
    case 'unauthorized':
      return 'The server refused the token. Sign in again, then call reconnect().';
    case 'incompatible':
      return 'This page is of another version than the server. Reload it.';
    case 'bad-frame':
    case 'too-large':
      return 'The server did not accept what this page sent. Reload the page.';
    case 'replaced':
      return 'Another page uses a copy of the client id of this page and has taken its place. Reload this page: it then gets a client id of its own.';
    case 'unavailable':
      return 'The server could not be reached in as many attempts as it was given. Call reconnect() to try again.';
    default:
      return 'The server does not let this client in.';
  }
}
