// Why a link stays away, in a sentence that says what to do.
import { expect, it } from 'vitest';
import { stopError } from '../../../src/core/reconnect/stop-error.js';

it.each([
  ['unauthorized', /Sign in again, then call reconnect\(\)/],
  ['incompatible', /of another version than the server\. Reload it/],
  ['bad-frame', /did not accept what this page sent\. Reload the page/],
  ['too-large', /did not accept what this page sent\. Reload the page/],
  ['unavailable', /Call reconnect\(\) to try again/],
  ['forbidden', /does not let this client in/],
] as const)('%s says what to do', (code, sentence) => {
  expect(stopError(code)).toMatchObject({ code, message: expect.stringMatching(sentence) as string });
});
