import { expect, it } from 'vitest';
import { createBucket } from '../../src/server/core/bucket.js';
import { notNowText, retryAfter } from '../../src/server/core/frame-text.js';

it('a bucket fills steadily, up to its size', () => {
  const bucket = createBucket(10, 3);
  expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
  expect(bucket.take(99)).toBe(false);
  expect(bucket.take(100)).toBe(true);
  expect(bucket.fullInMs(100)).toBeCloseTo(300);
  expect([9_000, 9_000, 9_000, 9_000].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
});

it('a bucket lets through what is larger than itself, and makes it wait for that', () => {
  const bucket = createBucket(10, 3);
  expect(bucket.take(0, 20)).toBe(true);
  expect(bucket.take(1_700)).toBe(false);
  expect(bucket.take(1_800)).toBe(true);
});

it('a bucket says how long what it has not got takes to come, and takes back', () => {
  const bucket = createBucket(10, 3);
  expect([0, 0, 0, 0, 0, 50].map((now) => bucket.reserve(now))).toEqual([0, 0, 0, 100, 200, 250]);
  expect(bucket.take(350)).toBe(false);
  bucket.give(1);
  expect(bucket.take(350)).toBe(true);
});

it.each([0, 1e-12])('a bucket that does not fill (%f a second) holds what it held at first, and no more', (perSecond) => {
  const bucket = createBucket(perSecond, 3);
  expect([0, 0, 1_000, 2_000, 1e8].map((now) => bucket.take(now))).toEqual([true, true, true, false, false]);
});

it('nobody is told to come back sooner than after 100 ms, or in words that he cannot read', () => {
  expect([0, -5, 99.5, 100.5, 5_000, Infinity].map(retryAfter)).toEqual([100, 100, 100, 101, 5_000, 999_999_999].map((ms) => `retry-after=${ms}`));
  expect(JSON.parse(notNowText('x', 'unavailable', 0))).toMatchObject({ retryAfterMs: 100 });
});
