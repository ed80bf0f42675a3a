// What a provider's props become: options of its client.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { channel, defineContract } from '../../src/contract/index.js';
import { createOwnedClient } from '../../src/react/owned-client.js';

const contract = defineContract({ channels: { room: channel('room:{id}', { events: { note: z.string() } }) } });

it('hands the pool on to the client', () => {
  expect(() => createOwnedClient({ url: 'ws://x/', contract, pool: { size: 0 } })).toThrow(/size 0/);
  expect(createOwnedClient({ url: 'ws://x/', contract, pool: { size: 1 } }).client.connection.get()).toMatchObject({ status: 'idle', links: [] });
});
