import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import { createRealtimeServer, memoryBroker, type RealtimeServerOptions } from '../../src/server/node/index.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.object({ text: z.string() }) } }), lobby: channel('lobby', { events: { rang: z.number() } }) },
  queries: { count: query({ input: z.object({ room: z.string() }), output: z.number() }) },
  commands: {
    say: command({ input: z.string().transform((text) => text.length), output: z.boolean(), errors: { banned: z.object({ until: z.number() }) } }),
    nod: command({}),
  },
});

const rest = { contract: api, broker: memoryBroker() };
const good: RealtimeServerOptions<typeof api> = {
  ...rest,
  authorize: { channels: { room: ({ user, params }) => params.id === user.id, lobby: 'public' }, commands: { say: ({ input }) => input > 2 } },
  queries: {
    count: ({ input, signal }) => {
      expectTypeOf(input).toEqualTypeOf<{ room: string }>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return 1;
    },
  },
  commands: {
    say({ input, publish, reject }) {
      expectTypeOf(input).toEqualTypeOf<number>();
      publish(api.channels.room, { id: 1 }, 'said', { text: 'x' });
      publish(api.channels.lobby, {}, 'rang', 2);
      if (input > 100) throw reject('banned', { until: 1 });
      return true;
    },
    nod: async () => undefined,
  },
};

/** None of these is ever run: what matters is that each of them does not compile. */
export const mustNotCompile = {
  missingHandler: (): unknown =>
    // @ts-expect-error nod and count have no handlers
    createRealtimeServer({ ...rest, commands: { say: () => true } }),
  unknownHandler: (): unknown =>
    // @ts-expect-error the contract has no command 'shout'
    createRealtimeServer<typeof api>({ ...good, commands: { ...good.commands, shout: () => true } }),
  unknownRule: (): unknown =>
    // @ts-expect-error the contract has no channel 'rom'
    createRealtimeServer<typeof api>({ ...good, authorize: { channels: { rom: 'public' } } }),
  wrongParameter: (): unknown =>
    // @ts-expect-error room has a parameter id
    createRealtimeServer<typeof api>({ ...good, authorize: { channels: { room: ({ params }) => params.room === '1' } } }),
  wrongOutput: (): unknown =>
    // @ts-expect-error say answers a boolean
    createRealtimeServer<typeof api>({ ...good, commands: { ...good.commands, say: () => 'yes' } }),
  wrongInput: (): unknown =>
    // @ts-expect-error the input of count is an object
    createRealtimeServer<typeof api>({ ...good, queries: { count: ({ input }) => input.length } }),
  wrongError: (): unknown =>
    createRealtimeServer<typeof api>({
      ...good,
      // @ts-expect-error the contract has no error 'hated'
      commands: { ...good.commands, say: ({ reject }) => reject('hated', {}) },
    }),
  wrongEvent: (): unknown =>
    createRealtimeServer<typeof api>({
      ...good,
      commands: {
        ...good.commands,
        nod({ publish }) {
          // @ts-expect-error said carries a text
          publish(api.channels.room, { id: '1' }, 'said', { words: 'x' });
          // @ts-expect-error room has no event 'sung'
          publish(api.channels.room, { id: '1' }, 'sung', { text: 'x' });
          // @ts-expect-error room has a parameter id
          publish(api.channels.room, {}, 'said', { text: 'x' });
        },
      },
    }),
};

it('infers the contract without being told', async () => {
  const realtime = createRealtimeServer({ ...rest, queries: { count: ({ input }) => input.room.length }, commands: { say: ({ input }) => input === 1, nod: () => undefined } });
  const position = await realtime.publish(api.channels.lobby, {}, 'rang', 1);
  expect(position.offset).toBe(1);
  await realtime.stop();
});

it('refuses a rule that could only refuse everybody, when it is made', async () => {
  const quiet = defineContract({ channels: { news: channel('news', { events: {} }) } });
  const made = (authorize: object) => () => createRealtimeServer({ contract: quiet, broker: memoryBroker(), authorize });
  for (const kind of ['channels', 'clientEvents', 'queries', 'commands']) expect(made({ [kind]: { neews: 'public' } })).toThrow(`authorize.${kind} has a rule for 'neews'`);
  for (const rule of [true, 'publc', null]) expect(made({ channels: { news: rule } })).toThrow('can let nobody in');
  await made({ channels: { news: undefined } })().stop();
});

it('needs no handlers where the contract has nothing to handle', async () => {
  const only = defineContract({ channels: { lobby: channel('lobby', { events: { rang: z.number() } }) } });
  await createRealtimeServer({ contract: only, broker: memoryBroker() }).stop();
  expect(() => createRealtimeServer({ contract: api, broker: memoryBroker() } as unknown as RealtimeServerOptions<typeof api>)).toThrow('has no handler');
});
