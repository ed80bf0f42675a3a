// Two ids are told apart by each of their characters.
import { expect, it } from 'vitest';
import { fingerprint } from '../../src/server/core/fingerprint.js';

it('differs with each character of a text, the first and the last one too', () => {
  const text = 'c-Zm19';
  const others = [...text].map((_, index) => `${text.slice(0, index)}_${text.slice(index + 1)}`);
  expect(new Set([text, ...others].map(fingerprint)).size).toBe(text.length + 1);
  expect(fingerprint(text)).toBe(fingerprint(text));
});
