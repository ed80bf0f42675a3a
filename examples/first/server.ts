// One process, one port: the page, and the realtime server beside it. Everything is in memory and gone with the process.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRealtimeServer, memoryBroker } from 'holdfast/server';
import { api, MAX_LENGTH, type Message } from './contract.js';
import { servePage } from '../serve-page.js';

/** The rooms that there are, with what was said last. */
const rooms = new Map<string, Message[]>([['lobby', []], ['garden', []]]);
const KEPT = 10;

// Without `authenticate` everybody may come in and is anonymous; what has no rule in `authorize` is refused.
const realtime = createRealtimeServer({
  contract: api,
  broker: memoryBroker(),
  authorize: {
    channels: { room: ({ params }) => rooms.has(params.id) },
    queries: { history: ({ input }) => rooms.has(input.room) },
    commands: { post: ({ input }) => rooms.has(input.room) },
  },
  queries: {
    history: ({ input }) => rooms.get(input.room) ?? [],
  },
  commands: {
    post({ id, input, publish, reject }) {
      const text = input.text.trim();
      if (text === '') throw reject('empty', {});
      if (text.length > MAX_LENGTH) throw reject('tooLong', { limit: MAX_LENGTH });

      // The command's id is the message's: the page knows its own messages by it.
      const message: Message = { id, author: input.author, text, at: Date.now() };
      rooms.set(input.room, [...(rooms.get(input.room) ?? []), message].slice(-KEPT));
      publish(api.channels.room, { id: input.room }, 'message', message);
      return message;
    },
  },
});

const { PORT = '5173', HOST = '127.0.0.1', PAGE_DIR = 'page' } = process.env;
const http = createServer(servePage(PAGE_DIR));
realtime.attach(http);

http.listen(Number(PORT), HOST, () => {
  console.log(`Holdfast is running at http://${HOST}:${(http.address() as AddressInfo).port}`);
});

// A polite end: pages are told to come back, and do so at once when the next process listens.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    http.close();
    http.closeIdleConnections();
    void realtime.stop();
  });
}
