// What a provider's props become: options of its core.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { channel, defineContract } from '../../src/contract/index.js';
import { createOwnedCore } from '../../src/react/owned-core.js';

const contract = defineContract({ channels: { room: channel('room:{id}', { events: { note: z.string() } }) } });

it('hands the pool on to the core', () => {
  expect(() => createOwnedCore({ url: 'ws://x/', contract, pool: { size: 0 } })).toThrow(/size 0/);
  expect(createOwnedCore({ url: 'ws://x/', contract, pool: { size: 1 } }).core.connection.get()).toMatchObject({ status: 'idle', links: [] });
});
