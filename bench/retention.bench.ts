/**
 * What a channel costs that no component shows any more, while it is retained: heap of the client and of the server for each, and the CPU
 * time of both for each event that comes meanwhile. From these the cost of a retention of 5 s to 5 min. Each side is a process of its own.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createClient } from '../src/browser/index.js';
import { append, channel, defineContract, defineView } from '../src/contract/index.js';
import { createRealtimeServer, memoryBroker } from '../src/server/node/index.js';
import { isQuick, obey, role, startChild } from './child.js';

const FEW = 10;
const MANY = isQuick ? 90 : 190;
const HISTORY = 50;
const EVENTS = isQuick ? 100 : 300;
const RETENTIONS_S = [5, 30, 60, 300];
/** A person who browses fast: another channel every so many seconds. */
const EVERY_S = 2;

const api = defineContract({ channels: { room: channel('room:{id}', { events: { note: z.object({ n: z.number(), text: z.string() }) } }) } });
const notes = defineView(api.channels.room, { history: HISTORY, initialState: [] as { n: number; text: string }[], reduce: append(HISTORY) });
const note = (n: number): { n: number; text: string } => ({ n, text: `${n} ${'a note of some length '.repeat(8)}` });

async function weigh(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await pause(60);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

if (role === 'server') {
  const realtime = createRealtimeServer({ contract: api, broker: memoryBroker(), authorize: { channels: { room: 'public' } } });
  const http = createServer();
  realtime.attach(http, { allowNoOrigin: true });
  let n = 0;
  obey({
    async open() {
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/realtime`;
    },
    /** So many events to each of the first channels, one a turn. */
    async publish({ channels, events }: { channels: number; events: number }) {
      for (let event = 0; event < events; event++) {
        for (let id = 0; id < channels; id++) await realtime.publish(api.channels.room, { id }, 'note', note(n++));
        await pause(0);
      }
    },
    weigh,
    cpuUs,
  });
} else if (role === 'client') {
  let client: ReturnType<typeof createClient>;
  let joined = 0;
  obey({
    open(url: string) {
      client = createClient({ url, contract: api, WebSocket: WebSocket as never, timings: { channelLeaseMs: 1_000_000 }, pool: { size: 1 } });
    },
    /** Shows more channels, and then none of them. */
    async retain(count: number) {
      for (; joined < count; joined++) {
        const view = client.view(notes, { id: joined });
        const release = view.subscribe(() => {});
        while (view.get().status !== 'success') await pause(1);
        release();
      }
    },
    /** Until the last channel has event `n`. */
    async hasHeard({ id, n }: { id: number; n: number }) {
      while ((client.view(notes, { id }).get().data.at(-1)?.n ?? -1) < n) await pause(1);
    },
    weigh,
    cpuUs,
  });
} else {
  const [server, client] = [startChild('server'), startChild('client')];
  await client.ask('open', await server.ask<string>('open'));
  await server.ask('publish', { channels: MANY, events: HISTORY });
  await client.ask('retain', FEW);
  const few = { client: await client.ask<number>('weigh'), server: await server.ask<number>('weigh') };
  await client.ask('retain', MANY);
  const many = { client: await client.ask<number>('weigh'), server: await server.ask<number>('weigh') };
  const bytes = (side: 'client' | 'server'): number => (many[side] - few[side]) / (MANY - FEW);
  const before = { client: await client.ask<number>('cpuUs'), server: await server.ask<number>('cpuUs') };
  await server.ask('publish', { channels: MANY, events: EVENTS });
  await client.ask('hasHeard', { id: MANY - 1, n: MANY * (HISTORY + EVENTS) - 1 });
  const deliveries = MANY * EVENTS;
  const us = { client: ((await client.ask<number>('cpuUs')) - before.client) / deliveries, server: ((await server.ask<number>('cpuUs')) - before.server) / deliveries };
  server.end();
  client.end();
  console.log(`a retained channel with ${HISTORY} events of 200 bytes: client ${(bytes('client') / 1_000).toFixed(1)} kB, server ${(bytes('server') / 1_000).toFixed(1)} kB; an event that comes meanwhile: client ${us.client.toFixed(0)} µs, server ${us.server.toFixed(0)} µs (publishing included)`);
  console.log(`another channel every ${EVERY_S} s, 10 events a second in each:`);
  console.log('retention   channels   client memory   server memory   client CPU   server CPU');
  for (const seconds of RETENTIONS_S) {
    const channels = seconds / EVERY_S;
    const share = (each: number): string => `${((channels * 10 * each) / 10_000).toFixed(2)} %`.padStart(13);
    console.log(`${`${seconds} s`.padEnd(9)}${channels.toFixed(1).padStart(11)}${`${((channels * bytes('client')) / 1_000).toFixed(0)} kB`.padStart(16)}${`${((channels * bytes('server')) / 1_000).toFixed(0)} kB`.padStart(16)}${share(us.client)}${share(us.server)}`);
  }
  console.log(JSON.stringify({ bench: 'retention', ratio: null, clientBytes: Math.round(bytes('client')), serverBytes: Math.round(bytes('server')), clientUs: Math.round(us.client), serverUs: Math.round(us.server) }));
}
