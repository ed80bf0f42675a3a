/** The small application that the wire tests serve. */
import { z } from 'zod';
import { channel, command, defineContract, query, volatile } from '../../src/core/define-contract.js';
import { createRealtimeServer, memoryBroker, type Logger, type RealtimeServer } from '../../src/server/node/index.js';

export const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: z.object({ text: z.string() }) }, clientEvents: { typing: volatile(z.boolean()) } }),
    secret: channel('secret', { events: { told: z.string() } }),
    unruled: channel('unruled', { events: { told: z.string() } }),
  },
  queries: {
    double: query({ input: z.number(), output: z.number() }),
    forever: query({ output: z.null() }),
    big: query({ input: z.number(), output: z.string() }),
  },
  commands: {
    post: command({ input: z.object({ room: z.string(), text: z.string() }), output: z.string(), errors: { banned: z.object({ until: z.number() }) } }),
    unruled: command({}),
    fail: command({}),
  },
});

export interface Noted {
  readonly said: string[];
  readonly logger: Logger;
}

export function noting(): Noted {
  const said: string[] = [];
  return { said, logger: { warn: (message) => said.push(message), error: (message) => said.push(message) } };
}

export function createApp(logger: Logger, over: { readonly isAnonymous?: boolean } = {}): RealtimeServer {
  return createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    logger,
    ...(over.isAnonymous !== true && {
      authenticate: ({ token }: { readonly token: string | undefined }) => (token === 'bad' ? null : { id: token ?? 'guest' }),
    }),
    authorize: {
      channels: { room: ({ user, params }) => params.id !== user.id, secret: () => false },
      clientEvents: { room: 'public' },
      queries: { double: 'public', forever: 'public', big: 'public' },
      commands: { post: 'public', fail: 'public' },
    },
    queries: {
      double: ({ input }) => input * 2,
      forever: ({ signal }) => new Promise<null>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      big: ({ input }) => 'x'.repeat(input),
    },
    commands: {
      post({ input, publish, reject }) {
        publish(api.channels.room, { id: input.room }, 'message', { text: input.text });
        if (input.text === 'rude') throw reject('banned', { until: 5 });
        return input.text.toUpperCase();
      },
      unruled: () => undefined,
      fail() {
        throw new Error('the secret of the stack');
      },
    },
  });
}
