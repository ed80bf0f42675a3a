/** A user's file that uses every door. `npm run check:declarations` compiles it against dist with each TypeScript that is supported; it is never run. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import {
  RealtimeError,
  RealtimeProvider,
  useChannel,
  useCommand,
  useConnectionStatus,
  useOutbox,
  useQuery,
  type ConnectionStatus,
  type ViewSnapshot,
} from 'holdfast';
import { createClient, type ConnectionMetrics, type RealtimeClient } from 'holdfast/client';
import { append, channel, command, defineContract, defineView, query, type InputOf } from 'holdfast/contract';
import { defineDialect, plainJson, type Dialect } from 'holdfast/dialects';
import { createRealtimeServer, memoryBroker, type RealtimeServer } from 'holdfast/server';
import { createSimulatedWorld, createTestServer, RealtimeTestProvider } from 'holdfast/testing';
import { z } from 'zod';

const Message = z.object({ id: z.string(), text: z.string() });

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: Message } }) },
  queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }) },
  commands: {
    post: command({ input: z.object({ room: z.string(), text: z.string() }), output: Message, errors: { 'too-long': z.object({ max: z.number() }) } }),
  },
});

const messages = defineView(api.channels.room, { history: 50, initialState: [] as z.infer<typeof Message>[], reduce: append(200) });

export function Room({ id }: { readonly id: string }) {
  const { data, gap } = useChannel(messages, { params: { id } });
  const history = useQuery(api.queries.history, { input: { room: id } });
  const post = useCommand(api.commands.post);
  const { status } = useConnectionStatus();
  const { commands } = useOutbox();
  const shown: ConnectionStatus['status'] = status;
  const texts: string[] = [...(history.data ?? []), ...data].map((message) => message.text);
  const isTooLong = post.error?.reason === 'too-long' && post.error.data.max > 0;
  return (
    <button onClick={() => post.send({ room: id, text: 'hello' })}>
      {shown} {texts.join()} {commands.length} {gap?.reason} {String(isTooLong)}
    </button>
  );
}

export const app = (
  <RealtimeProvider url="/realtime" contract={api} onError={(error: RealtimeError) => console.warn(error.code)}>
    <Room id="lobby" />
  </RealtimeProvider>
);

export async function talk(onMetrics: (metrics: ConnectionMetrics) => void): Promise<void> {
  const client: RealtimeClient = createClient({ url: 'wss://app.example/realtime', contract: api });
  client.metrics.subscribe(() => onMetrics(client.metrics.get()));
  const input: InputOf<typeof api.commands.post.input> = { room: 'lobby', text: 'hello' };
  try {
    const message = await client.send(api.commands.post, input).result;
    console.log(message.text);
  } catch (error) {
    if (!(error instanceof RealtimeError)) throw error;
  }
  client.dispose();
}

export const dialects: readonly Dialect[] = [
  plainJson({ subscribe: (name) => ({ subscribe: name }), read: (message: { channel: string }) => ({ t: 'event', channel: message.channel, data: message }) }),
  defineDialect({ can: {}, encode: () => null, decode: () => null }),
];

export async function serve(): Promise<number> {
  const realtime: RealtimeServer = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { room: 'public' }, queries: { history: 'public' }, commands: { post: 'public' } },
    queries: { history: () => [] },
    commands: { post: ({ id, input }) => ({ id, text: input.text }) },
  });
  const http = createServer();
  realtime.attach(http);
  await realtime.stop();
  return (http.address() as AddressInfo).port;
}

export const tested = (
  <RealtimeTestProvider server={createTestServer({ contract: api, queries: { history: () => [] } })}>
    <Room id="lobby" />
  </RealtimeTestProvider>
);

export const world = createSimulatedWorld({ seed: 1 });
export type Snapshot = ViewSnapshot<readonly { readonly id: string }[]>;
