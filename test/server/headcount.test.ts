import { expect, it } from 'vitest';
import { createHeadcount } from '../../src/server/node/headcount.js';

it('counts the sockets of an IPv6 network of 64 bits together, for one client has all of its addresses', () => {
  const headcount = createHeadcount({ connections: 10, connectionsPerAddress: 2 });
  headcount.enter('2001:db8:1:2::1');
  headcount.enter('2001:db8:1:2::2');
  expect(headcount.refusal('2001:db8:1:2::3')).toMatchObject({ status: 429 });
  expect(headcount.refusal('2001:db8:1:3::1')).toBe(null);
  headcount.leave('2001:db8:1:2::1');
  expect(headcount.refusal('2001:db8:1:2::3')).toBe(null);
  headcount.enter('203.0.113.7');
  headcount.enter('203.0.113.7');
  expect(headcount.refusal('203.0.113.7')).toMatchObject({ status: 429 });
  expect(headcount.refusal('203.0.113.8')).toBe(null);
});
