// The desk's realtime server: one process, which the supervisor may freeze or kill at any moment. Orders are in a file; prices and chat are in memory and gone with it.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createRealtimeServer, memoryBroker } from 'holdfast/server';
import { serveUnderSupervisor } from '../supervisor/supervised.js';
import { api, MAX_DISTANCE, Trader } from './contract.js';
import { createFiller } from './server/filler.js';
import { openMarket } from './server/market.js';
import { fillTheBook } from './server/market-maker.js';
import { openOrderFile } from './server/order-file.js';
import { createOrders, MOST_OPEN } from './server/orders.js';

const file = openOrderFile(join(process.env['DATA_DIR'] ?? 'desk-data', 'orders.jsonl'));
const orders = createOrders(file);
await fillTheBook(orders);

const realtime = createRealtimeServer({
  contract: api,
  broker: memoryBroker(),
  // A real desk verifies a signed token here. This one lets everybody be who they say they are.
  authenticate: ({ token }) => (Trader.safeParse(token).success && token !== undefined ? { id: token, tag: token } : null),
  // What has no rule is refused. Nobody may enter a room other than the floor.
  authorize: {
    channels: { prices: 'public', orders: 'public', room: ({ params }) => params.id === 'floor' },
    clientEvents: { room: ({ params }) => params.id === 'floor' },
    queries: { book: 'public', history: 'public' },
    commands: {
      placeOrder: 'public',
      cancelOrder: ({ user, input }) => [undefined, user.tag].includes(orders.find(input.id)?.trader),
      say: ({ input }) => input.room === 'floor',
    },
  },
  queries: {
    book: ({ input }) => orders.book(input.symbol),
    history: ({ input }) => orders.history(input),
  },
  commands: {
    async placeOrder({ id, input, user, publish, reject }) {
      // A command's id is its client's word: one that is an order's already is either this command, offered again, or a forgery.
      const known = orders.find(id);
      if (known !== undefined && known.trader !== user.tag) throw reject('idTaken', {});
      const cents = market.priceOf(input.symbol);
      if (known === undefined && Math.abs(input.cents - cents) > cents * MAX_DISTANCE) throw reject('farFromPrice', { cents });
      if (known === undefined && orders.countOpen(user.tag) >= MOST_OPEN) throw reject('tooMany', { limit: MOST_OPEN });
      // On the disk first, then said: the answer and the event go out together when this function ends.
      const order = await orders.place(id, user.tag, input);
      publish(api.channels.orders, {}, 'changed', order);
      return order;
    },
    async cancelOrder({ input, publish, reject }) {
      const order = await orders.end(input.id, 'cancelled');
      if (order === null) {
        const known = orders.find(input.id);
        throw reject('notOpen', known === undefined ? {} : { status: known.status });
      }
      publish(api.channels.orders, {}, 'changed', order);
      return order;
    },
    say({ id, input, user, publish }) {
      const message = { id, author: user.tag, text: input.text, at: Date.now() };
      publish(api.channels.room, { id: input.room }, 'message', message);
      return message;
    },
  },
});

const market = openMarket({
  onTick: (tick) => void realtime.publish(api.channels.prices, {}, 'tick', tick),
  onStep: createFiller({
    orders,
    priceOf: (symbol) => market.priceOf(symbol),
    onFilled: (order) => void realtime.publish(api.channels.orders, {}, 'changed', order),
  }),
});

const http = createServer((request, response) => realtime.health(request, response) || response.writeHead(404).end());
// On this machine alone it answers to this machine's own names: a page that has its own name point here (DNS rebinding) is not let in.
const { HOST = '127.0.0.1' } = process.env;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
realtime.attach(http, [...LOOPBACK, '::1'].includes(HOST) ? { hosts: LOOPBACK } : {});
serveUnderSupervisor(http, {
  onFlood: market.flood,
  async onStop() {
    market.close();
    await realtime.stop();
    file.close();
  },
});
