/**
 * What it costs to tell many: events of one turn of the event loop to 1,000 subscribers, ours beside `ws` that stringifies
 * once per message and sends it to each. CPU time of the server process for each event delivered; the clients live
 * elsewhere and count, and one event too few or too many fails the bench. The sides take turns.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isQuick, median, obey, role, startChild, type Child } from './child.js';
import { serveCrowd } from './crowd.js';
import { openOurs, openPlain, type BenchServer } from './two-servers.js';

const SUBSCRIBERS = 1_000;
const ROUNDS = isQuick ? 4 : 5;
const BURSTS = isQuick ? 5 : 15;
const EVENTS = 10;
const LIMIT = 0.2;

/** About 200 bytes as JSON. */
const datum = (n: number): unknown => ({ n, symbol: 'EURUSD', bid: 1.0842, ask: 1.0843, at: 1_767_225_600_000 + n, venue: 'x'.repeat(120) });

interface Side {
  readonly server: Child;
  readonly crowd: Child;
  expected: number;
  readonly perDeliveryUs: number[];
  /** Of one event to one subscriber, on the wire without the frame's head. */
  bytes: number;
}

async function openSide(name: string): Promise<Side> {
  const [server, crowd] = [startChild(name), startChild('crowd')];
  await crowd.ask('join', { url: await server.ask<string>('open'), count: SUBSCRIBERS, channel: 'room:1' });
  return { server, crowd, expected: 0, perDeliveryUs: [], bytes: 0 };
}

async function runRound(side: Side, events: number): Promise<number> {
  const before = await side.server.ask<number>('cpuUs');
  for (let burst = 0; burst < BURSTS; burst++) {
    await side.server.ask('burst', events);
    side.expected += events * SUBSCRIBERS;
    side.bytes = (await side.crowd.ask<{ bytes: number }>('hasHeard', side.expected)).bytes / side.expected;
  }
  return ((await side.server.ask<number>('cpuUs')) - before) / (BURSTS * events * SUBSCRIBERS);
}

async function compare(): Promise<void> {
  const sides = { ws: await openSide('plain'), holdfast: await openSide('ours') };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const side of round % 2 === 0 ? [sides.ws, sides.holdfast] : [sides.holdfast, sides.ws]) {
      const us = await runRound(side, EVENTS);
      // The first round warms up.
      if (round > 0) side.perDeliveryUs.push(us);
    }
  }
  console.log(`${EVENTS} events of one turn to ${SUBSCRIBERS} subscribers, ${BURSTS} times a round, ${ROUNDS} rounds: CPU of the server for each delivery`);
  console.log('server         median      best     worst   bytes');
  for (const [name, { perDeliveryUs, bytes }] of Object.entries(sides)) {
    const cells = [median(perDeliveryUs), Math.min(...perDeliveryUs), Math.max(...perDeliveryUs)];
    console.log(`${name.padEnd(10)} ${cells.map((us) => `${us.toFixed(2)} µs`.padStart(10)).join('')} ${bytes.toFixed(0).padStart(7)}`);
  }
  // The best round of each: other work on the machine only ever adds CPU time (cold caches, a shared core).
  const ratio = Number((Math.min(...sides.holdfast.perDeliveryUs) / Math.min(...sides.ws.perDeliveryUs)).toFixed(3));
  for (const { server, crowd } of Object.values(sides)) {
    server.end();
    crowd.end();
  }
  console.log(JSON.stringify({ bench: 'fanout', ratio, limit: LIMIT }));
  if (!(ratio <= LIMIT)) process.exitCode = 1;
}

if (role === null) await compare();
else if (role === 'crowd') serveCrowd();
else {
  let server: BenchServer | null = null;
  let n = 0;
  obey({
    async open() {
      server = await (role === 'ours' ? openOurs() : openPlain());
      return server.url;
    },
    async burst(events: number) {
      await server?.publish(Array.from({ length: events }, () => datum(n++)));
      await nextTurn();
    },
    cpuUs() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
  });
}
