/** The soak's server process: the real server on the memory broker, whose storage and handlers write their own history. Not a test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { WireEvent } from '../../../src/core/protocol/frames.js';
import type { StoredEvent } from '../../../src/server/core/channel-log.js';
import { createLog, type Log } from '../../../src/server/core/log.js';
import { createRealtimeServer, memoryBroker } from '../../../src/server/node/index.js';
import { api, BOARDS, KEPT_EVENTS, LARGEST_BODY, type Order } from './contract.js';
import { openDurableHistory } from './history.js';
import type { ServerOrder } from './orders.js';
import { between, chance, logarithmic, repeat, text, whole } from './random.js';
import type { ServerRecord } from './record.js';

const [file = '', run = '0', perSecond = '40'] = process.argv.slice(2);
const history = openDurableHistory<ServerRecord>(file);
const latest = new Map<string, { readonly id: string }[]>();
/** More than is ever published while a handler runs: an answer may be that far ahead of its stamp, and must still hold every event after it. */
const LATEST = 300;
/** Until when a user may not be on a board. */
const bans = new Map<string, number>();
let isQuiet = false;
let count = 0;

function wrote(channel: string, epoch: string, last: number, events: readonly StoredEvent[]): void {
  events.forEach(({ text: json }, index) => {
    const { id, body } = (JSON.parse(json) as WireEvent).data as { readonly id: string; readonly body: string };
    history.write({ k: 'published', channel, epoch, offset: last - events.length + 1 + index, id, bytes: body.length });
    latest.set(channel, [...(latest.get(channel) ?? []).slice(1 - LATEST), { id }]);
  });
}

/** Writes down what the storage appends, before anybody can hear of it. */
function witnessed(log: Log): Log {
  return {
    ...log,
    append(channel, events, now) {
      const position = log.append(channel, events, now);
      wrote(channel, position.epoch, position.offset, events);
      return position;
    },
    commit(key, n, id, outcome, appends, now) {
      const result = log.commit(key, n, id, outcome, appends, now);
      if (result.kind === 'stale') return result;
      for (const { channel, epoch, offset } of result.positions) {
        wrote(channel, epoch, offset, appends.filter((append) => append.channel === channel).flatMap(({ events }) => events));
      }
      return result;
    },
  };
}

/** Short, since epochs are named after it, and every line of a history names an epoch. */
const storage = `s${run}-${randomUUID().slice(0, 4)}`;
const log = createLog({ dice: { id: () => storage }, limits: { eventsPerChannel: KEPT_EVENTS, bytesPerChannel: 4 * 1024 * 1024 } });

const handler = (lane: string) => {
  return async ({ input, id, publish, reject }: { readonly input: Order; readonly id: string; publish(ref: typeof api.channels.board, params: { id: string }, event: 'note', data: { id: string; body: string }): void; reject(name: 'refused', data: { mark: string; padding: string }): never }): Promise<{ mark: string; padding: string }> => {
    const { client, serial, board, body, outputBytes, pauseMs, isRejected } = input;
    history.write({ k: 'begin', id, client, lane, serial });
    await new Promise((done) => setTimeout(done, pauseMs));
    publish(api.channels.board, { id: board }, 'note', { id, body });
    const receipt = { mark: `${client} ${lane} ${serial}`, padding: text(outputBytes) };
    history.write({ k: 'end', id, how: isRejected ? 'rejected' : 'done', mark: receipt.mark });
    if (isRejected) throw reject('refused', receipt);
    return receipt;
  };
};

const realtime = createRealtimeServer({
  contract: api,
  broker: memoryBroker({ log: witnessed(log) }),
  logger: { warn: () => undefined, error: (message, error) => console.error(message, error) },
  async authenticate({ token }) {
    if (chance(0.05)) await new Promise((done) => setTimeout(done, between(0, 3_000)));
    return token === undefined ? null : { id: token };
  },
  authorize: {
    channels: { board: ({ user, params }) => (bans.get(`${user.id} ${params.id}`) ?? 0) < Date.now() },
    queries: { latest: 'public', sized: 'public' },
    commands: { post: 'public', trade: 'public', move: 'public' },
  },
  queries: {
    async latest({ input }) {
      await new Promise((done) => setTimeout(done, between(0, 50)));
      return latest.get(`board:${input.board}`) ?? [];
    },
    sized: ({ input }) => text(input.bytes),
  },
  commands: { post: handler('posts'), trade: handler('trades'), move: handler('moves') },
});

const publish = (board: string, bytes: number): void => void realtime.publish(api.channels.board, { id: board }, 'note', { id: `${run}-${++count}`, body: text(bytes) });
/** The first boards are busy, the last ones hardly ever. */
const anyBoard = (): string => BOARDS[Math.floor(BOARDS.length * Math.random() ** 2)] ?? 'b0';

repeat(1_000 / Number(perSecond), () => !isQuiet && publish(anyBoard(), logarithmic(10, LARGEST_BODY)));
// What one turn publishes together is more than one frame.
repeat(4_000, () => {
  const board = anyBoard();
  if (!isQuiet) for (let n = whole(5, 40); n > 0; n--) publish(board, logarithmic(10, 2_000));
});

process.on('disconnect', () => process.exit(0));
process.on('message', (order: ServerOrder) => {
  switch (order.do) {
    case 'kick':
      bans.set(`${order.user} ${order.board}`, Date.now() + order.bannedMs);
      return realtime.kick(order.user, `board:${order.board}`);
    case 'close':
      return realtime.close(order.user);
    case 'quiet':
      isQuiet = true;
      bans.clear();
      return;
    case 'mark':
      for (const board of BOARDS) publish(board, whole(10, 500));
      return;
    default:
      order satisfies never;
  }
});

history.write({ k: 'start', run: Number(run) });
const server = createServer();
realtime.attach(server, { allowNoOrigin: true });
server.listen(0, '127.0.0.1', () => process.send?.({ listening: (server.address() as AddressInfo).port }));
