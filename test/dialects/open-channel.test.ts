/** Channels without a contract, in types: what is right compiles to the right thing, and what is wrong does not compile. */
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createClient, type RealtimeClient } from '../../src/browser/index.js';
import { channel, command, defineContract, defineView, type OpenChannelRef } from '../../src/contract/index.js';
import { defineDialect, plainJson } from '../../src/dialects/index.js';

interface Price {
  readonly cents: number;
}
const prices = channel<Price>()('prices:{symbol}');
const loose = channel<Price>('prices:{symbol}');
const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: z.string() } }), priced: channel<Price>()('priced:{id}') },
  commands: { add: command({ input: z.string(), output: z.number() }) },
});
const dialect = plainJson({});

/** None of this is ever run: what matters is what of it compiles. */
export const compiled = (client: RealtimeClient): void => {
  expectTypeOf(loose).toEqualTypeOf<OpenChannelRef<string, Price>>();
  client.channel(prices, { symbol: 'A' }).subscribe({
    onEvent(event) {
      expectTypeOf(event.name).toEqualTypeOf<'message'>();
      expectTypeOf(event.data).toEqualTypeOf<Price>();
    },
  });
  client.channel(loose, { symbol: 'A' }).publish({ cents: 1 });
  client.channel(channel<number>('plain')).publish(1);
  client.channel(api.channels.priced, { id: 1 }).subscribe({ onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>() });
  defineView(prices, { initialState: 0, reduce: (sum, event) => sum + event.data.cents });
  expectTypeOf(client.send(api.commands.add, 'x').result).toEqualTypeOf<Promise<number>>();
  createClient({ url: '/', dialect });
  createClient({ url: '/', dialect, contract: api });

  // @ts-expect-error neither a contract nor a dialect
  createClient({ url: '/' });
  // @ts-expect-error a dialect is made by plainJson or defineDialect
  createClient({ url: '/', dialect: { subscribe: () => 1 } });
  // @ts-expect-error prices has a parameter symbol
  client.channel(prices, { sym: 'A' });
  // @ts-expect-error prices has a parameter symbol
  client.channel(prices);
  // @ts-expect-error a price is no text
  client.channel(prices, { symbol: 'A' }).publish('5');
  // @ts-expect-error with the loose form too
  client.channel(loose, { symbol: 'A' }).publish('5');
  // @ts-expect-error a channel of a contract is published on by a command
  client.channel(api.channels.room, { id: 1 }).publish('x');
  // @ts-expect-error a channel's data has no name here
  client.channel(prices, { symbol: 'A' }).subscribe({ onEvent: (event) => event.data.euros });
  // @ts-expect-error read answers in a dialect's words
  plainJson({ read: () => ({ t: 'evnt' }) });
  // @ts-expect-error an event has a channel
  plainJson({ read: () => ({ t: 'event', data: 1 }) });
  // @ts-expect-error no foreign server resumes
  plainJson({ can: { resume: true } });
  // @ts-expect-error there is no such function
  plainJson({ publsh: () => 1 });
  // @ts-expect-error encode gives text
  defineDialect({ can: {}, encode: () => ({}), decode: () => null });
};

it('both ways of writing one make the same channel', () => {
  expect(prices).toEqual(loose);
  expect(Object.isFrozen(prices)).toBe(true);
  expect(() => channel('prices:{')).toThrow(/not a channel pattern/);
});
