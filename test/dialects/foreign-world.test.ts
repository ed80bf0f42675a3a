// The real client on a foreign server in simulated worlds that go wrong: what a dialect can promise holds in every one of them.
import { describe, expect, it } from 'vitest';
import { createClient, type RealtimeClient } from '../../src/browser/index.js';
import { channel, command, defineContract, type Schema } from '../../src/contract/index.js';
import { plainJson } from '../../src/dialects/index.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';

const anything: Schema<number> = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as number }) } };
const api = defineContract({ commands: { add: command({ input: anything, output: anything }) } });
const feed = channel<number>('feed');

interface Message {
  readonly type: string;
  readonly id: string;
  readonly data: number;
}
const dialect = plainJson({
  can: { confirm: true },
  pingMs: 3_000,
  subscribe: () => ({ type: 'subscribe' }),
  publish: (_, data) => ({ type: 'publish', data }),
  command: (_, data, id) => ({ type: 'add', data, id }),
  ping: () => ({ type: 'ping' }),
  read({ type, id, data }: Message) {
    if (type === 'event') return { t: 'event', channel: 'feed', data };
    if (type === 'subscribed') return { t: 'subscribed', channel: 'feed' };
    return type === 'done' ? { t: 'response', id, result: data } : { t: 'pong' };
  },
});

const MINUTES_2 = 120_000;

async function live(seed: number): Promise<{ readonly events: number; readonly gaps: number; readonly sockets: number; readonly ends: Readonly<Record<string, number>> }> {
  const world = createSimulatedWorld({ seed });
  const dice = createSeededDice(seed, 'foreign');
  const page = world.client('page');
  const added: number[] = [];
  const published: number[] = [];
  let subscribers = new Set<ServerEnd>();
  let sockets = 0;

  const listen = (): void =>
    world.network.listen('foreign.test', (end) => {
      sockets++;
      let last = 0;
      /** In order on a socket. What a lost one still delivers may come after what its successor has brought: only lanes could tell. */
      const took = (effects: number[], n: number): void => {
        expect(n).toBeGreaterThan(last);
        last = n;
        effects.push(n);
      };
      const say = (message: object): void => void end.send(JSON.stringify(message));
      return {
        onMessage(text) {
          const { type, id, data } = JSON.parse(text) as Message;
          if (type === 'subscribe') subscribers.add(end);
          if (type === 'subscribe') say({ type: 'subscribed' });
          if (type === 'publish') took(published, data);
          if (type === 'add') took(added, data);
          if (type === 'add') say({ type: 'done', id, data });
          if (type === 'ping') say({ type: 'pong' });
        },
        onClosed: () => subscribers.delete(end),
      };
    });
  listen();

  const errors: unknown[] = [];
  const client: RealtimeClient = createClient({ url: 'ws://foreign.test/', dialect, contract: api, world: page, onError: (error) => errors.push(error) });
  const told: (number | string)[] = [];
  client.channel(feed).subscribe({ onEvent: ({ data }) => told.push(data), onGap: ({ reason }) => told.push(reason) });

  const every = (meanMs: number, run: () => void): void =>
    void world.clock.after(dice.between(1, 2 * meanMs), () => {
      if (world.clock.now() > MINUTES_2) return;
      run();
      every(meanMs, run);
    });
  let happened = 0;
  every(300, () => {
    happened++;
    for (const end of subscribers) end.send(JSON.stringify({ type: 'event', data: happened }));
  });
  const ends = new Map<number, string>();
  let sent = 0;
  every(400, () => {
    const n = ++sent;
    const { result } = dice.chance(0.5) ? client.send(api.commands.add, n) : client.channel(feed).publish(n);
    void result.then(
      (value) => ends.set(n, value === undefined ? 'handed-over' : 'done'),
      (error: unknown) => ends.set(n, (error as { readonly code: string }).code),
    );
  });
  every(6_000, () => {
    const connection = world.network.connections({ client: 'page' }).at(-1);
    switch (dice.pick(['reset', 'blackhole', 'lose-close', 'crash', 'partition', 'sleep'] as const)) {
      case 'reset':
        return connection?.inflict({ type: 'reset' });
      case 'blackhole':
        return connection?.inflict({ type: 'blackhole' });
      case 'lose-close':
        return connection?.inflict({ type: 'lose-close' });
      case 'crash':
        subscribers = new Set();
        world.network.crash('foreign.test');
        return void world.clock.after(dice.between(100, 5_000), listen);
      case 'partition':
        return void world.clock.after(dice.between(500, 8_000), world.network.partition({ client: 'page' }));
      case 'sleep':
        if (page.isAsleep) return;
        page.sleep();
        return void world.clock.after(dice.between(500, 20_000), () => page.resume());
    }
  });

  await world.clock.run(MINUTES_2 + 30_000);
  client.dispose();
  await world.clock.run(world.clock.now() + 1_000);

  const numbers = told.filter((item) => typeof item === 'number');
  const gaps = told.length - numbers.length;
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  for (const [index, item] of told.entries()) {
    const before = told[index - 1];
    // Contiguous, or a gap in between; and never two gaps for one hole.
    if (typeof item === 'number' && typeof before === 'number') expect(item).toBe(before + 1);
    if (typeof item === 'string') expect([item, typeof before]).toEqual(['no-resume', 'number']);
  }
  expect(gaps).toBeLessThan(sockets);
  for (const effects of [added, published]) expect(effects).toHaveLength(new Set(effects).size);
  expect(ends.size).toBe(sent);
  for (const [n, end] of ends) {
    if (end === 'done') expect(added).toContain(n);
    if (end === 'cancelled') expect([...added, ...published]).not.toContain(n);
  }
  expect([...new Set(ends.values())].filter((end) => !['done', 'handed-over', 'outcome-unknown', 'cancelled'].includes(end))).toEqual([]);
  expect(errors).toEqual([]);
  expect({ pending: page.pending, watchers: page.watchers, open: world.network.counts('page').open }).toEqual({ pending: 0, watchers: 0, open: 0 });
  const count = (kind: string): number => [...ends.values()].filter((end) => end === kind).length;
  return { events: numbers.length, gaps, sockets, ends: { done: count('done'), handed: count('handed-over'), unknown: count('outcome-unknown') } };
}

describe('a foreign server in a world that goes wrong', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))('seed %i', async (seed) => {
    const { events, gaps, sockets, ends } = await live(seed);
    // The world was one: things happened, and went wrong.
    expect(events).toBeGreaterThan(20);
    expect(gaps).toBeGreaterThan(0);
    expect(sockets).toBeGreaterThan(3);
    expect(ends['done']).toBeGreaterThan(20);
    expect(ends['handed']).toBeGreaterThan(20);
  });
});
