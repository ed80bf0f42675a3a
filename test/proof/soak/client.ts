/** One of the soak's client processes: several clients, which write one history. Not a test. */
import { createActor, type Actor } from './actor.js';
import { openHistory } from './history.js';
import type { ClientOrder, ClientReport } from './orders.js';
import { repeat } from './random.js';
import type { ClientRecord } from './record.js';

const [file = '', port = '0', first = '0', count = '0', longestMs = '0'] = process.argv.slice(2);
const history = openHistory<ClientRecord>(file);
const actors: Actor[] = Array.from({ length: Number(count) }, (_, index) => createActor(Number(first) + index, Number(port), history));
const clientOf = (name: string): Actor['client'] | undefined => actors.find((actor) => actor.name === name)?.client;

const total = (count: (actor: Actor) => number): number => actors.reduce((sum, actor) => sum + count(actor), 0);
repeat(500, () => {
  const connected = actors.filter(({ client }) => client.connection.get().status === 'connected').length;
  const report: ClientReport = { pending: total((actor) => actor.pending()), connected, delivered: total((actor) => actor.delivered()) };
  process.send?.(report);
});

process.on('disconnect', () => process.exit(1));
// Nobody may outlive the soak, whatever has become of the process that has started it.
setTimeout(() => process.exit(2), Number(longestMs)).unref();
process.on('message', (order: ClientOrder) => {
  switch (order.do) {
    case 'reconnect':
      return clientOf(order.client)?.reconnect();
    case 'disconnect': {
      const client = clientOf(order.client);
      client?.disconnect();
      return void setTimeout(() => client?.reconnect(), order.forMs);
    }
    case 'quiet':
      for (const actor of actors) actor.quiet();
      return;
    case 'rest':
      for (const actor of actors) actor.rest();
      // What ends with the client is told in the next turns.
      return void setTimeout(() => process.exit(0), 200);
    default:
      order satisfies never;
  }
});
