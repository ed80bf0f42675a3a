/** A server that says anything at all: no throw, no flood of frames, no promise that stays open, no timer that is left. */
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/index.js';
import type { SocketEvents, World } from '../../src/core/world.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import { createSimulatedClock } from '../../src/testing/simulated-clock.js';
import { api, messages, room, sinceMount } from './stage.js';

async function play(seed: number): Promise<readonly string[]> {
  const complaints: string[] = [];
  const clock = createSimulatedClock();
  const dice = createSeededDice(seed);
  const roll = (): number => dice.roll();
  const pick = <T>(...list: T[]): T => list[Math.floor(roll() * list.length)] as T;
  const odd = (): number => pick(0, 1, 2, 3, 5, 40, 1e6, 2 ** 31, Number.MAX_SAFE_INTEGER);
  const epoch = (): string => pick('e', 'e', 'e', 'f', '', '__proto__');
  let current = null as { events: SocketEvents; isOpen: boolean } | null;
  let heard: Record<string, unknown>[] = [];
  let sent = 0;
  const ids = new Set<string>(['nobody', '__proto__']);
  const lanes = new Set<string>(['default']);
  const generations = new Map<string, number>();
  const message = () => ({ name: pick('message', 'message', 'other', '__proto__'), time: odd(), data: pick<unknown>({ id: `${odd()}`, text: 'x' }, { id: 1 }, null, 'x'.repeat(500)), ...(roll() < 0.3 && { command: pick(...ids) }), ...(roll() < 0.2 && { by: '' }) });
  const list = () => Array.from({ length: Math.floor(roll() * 4) }, message);
  const limits = () => ({ channels: odd(), windowPerLane: odd(), keepMs: odd() });
  const welcome = () => ({ t: 'welcome', v: 1, link: 0, node: 'n', tag: pick('ann', 'ann', 'ann', 'ben', ''), storage: pick('memory', 'durable'), fence: pick('f1', 'f1', 'f2'), features: [], limits: limits(), ping: { visibleMs: odd(), hiddenMs: odd() }, tokenMs: odd() });
  const generation = (): number => (generations.get('room:1') ?? 0) - pick(0, 0, 0, 0, 1);
  const frame = (): Record<string, unknown> =>
    pick<() => Record<string, unknown>>(
      welcome,
      () => ({ t: 'ping', n: odd(), everyMs: odd(), fence: pick('f1', 'f2'), confirmedMs: odd(), heardMs: odd(), rttMs: odd() }),
      () => ({ t: 'pong', n: odd() }),
      ...Array.from({ length: 5 }, () => () => ({ t: 'subscribed', channel: pick('room:1', 'room:1', 'room:2'), generation: Math.max(0, generation()), state: pick('live', 'recovered', 'gap'), reason: pick('trimmed', 'epoch', 'ahead', 'x'), missed: { from: odd(), to: odd() }, events: list(), position: { epoch: epoch(), offset: odd() }, more: roll() < 0.5, ...(roll() < 0.5 && { head: odd() }), fence: 'f1' })),
      () => ({ t: 'unsubscribed', channel: pick('room:1', 'room:2'), generation: Math.max(0, generation()), reason: pick('kicked', 'forbidden', 'x') }),
      () => ({ t: 'resync', channel: pick('room:1', 'room:2') }),
      ...Array.from({ length: 4 }, () => () => ({ t: 'events', channel: pick('room:1', 'room:1', 'room:2'), epoch: epoch(), offset: Math.max(1, odd()), events: list() })),
      () => ({ t: 'volatile', channel: 'room:1', name: 'typing', data: {} }),
      ...Array.from({ length: 3 }, () => () => ({ t: 'lane', lane: pick(...lanes), last: pick(null, odd(), 0, 1), fence: 'f1' })),
      ...Array.from({ length: 3 }, () => () => ({ t: 'response', id: pick(...ids), ...(roll() < 0.7 && { result: pick<unknown>([], [{ id: '1', text: '' }], 'x', 1) }), fence: 'f1', ...(roll() < 0.5 && { positions: [{ channel: 'room:1', epoch: epoch(), offset: odd() }] }), ...(roll() < 0.3 && { part: { index: odd(), last: roll() < 0.5 } }) })),
      ...Array.from({ length: 3 }, () => () => ({ t: 'error', id: pick(...ids), code: pick('invalid', 'unavailable', 'lane-unknown', 'lane-conflict', 'void', 'result-expired', 'outcome-unknown', 'x'), message: 'm', final: roll() < 0.5, ...(roll() < 0.5 && { retryAfterMs: odd() }) })),
    )();
  const say = (value: Record<string, unknown>): void => {
    sent++;
    try {
      current?.events.onMessage(JSON.stringify(value));
    } catch (cause) {
      complaints.push(`${String(cause)} at ${JSON.stringify(value)}`);
    }
  };
  const world: World = {
    clock,
    dice,
    isVisible: () => true,
    paint: (run) => clock.after(16, run),
    watch: () => () => {},
    open(_url, _protocols, events) {
      const own = { events, isOpen: true };
      current = own;
      clock.after(5, () => own.isOpen && events.onOpened());
      return {
        send(text) {
          if (!own.isOpen) return false;
          const said = JSON.parse(text) as Record<string, unknown>;
          heard.push(said);
          if (typeof said.id === 'string') ids.add(said.id);
          if (typeof said.lane === 'string') lanes.add(said.lane);
          if (said.t === 'hello') clock.after(5, () => own.isOpen && say(welcome()));
          for (const { name, generation: newest } of (said.t === 'subscribe' ? said.channels : []) as { name: string; generation: number }[]) generations.set(name, newest);
          return true;
        },
        close: () => void (own.isOpen = false),
      };
    },
  } as World;
  const client = createClient({ url: 'ws://hostile.test/', contract: api, world, onError: () => {}, timings: { commandMs: 60_000 } });
  const shown: (() => void)[] = [];
  client.channel(api.channels.room, room).subscribe({ onEvent() {}, onGap() {} });
  const views = [client.view(messages, room), client.view(sinceMount, room)];
  for (const view of views) shown.push(view.subscribe(() => void view.get(), 'sync'));
  const followed = client.liveQuery(api.queries.list, room, { channel: api.channels.room, params: room, apply: ((all: unknown[]) => all) as never });
  followed.subscribe(() => void followed.get(), 'sync');
  let open = 0;
  const count = (promise: Promise<unknown>): void => {
    open++;
    const over = (): void => void open--;
    promise.then(over, over);
  };
  for (let step = 0; step < 150; step++) {
    if (roll() < 0.1) count(client.send(api.commands.post, { id: `${step}` }, { optimistic: (local) => local.query(api.queries.list, room, (all) => [...all]) }).result);
    if (roll() < 0.05) count(client.query(api.queries.list, room));
    if (roll() < 0.05) views[0]?.resync();
    if (roll() < 0.05) followed.refetch();
    heard = [];
    sent = 0;
    if (current?.isOpen === true) for (let i = Math.floor(roll() * 4); i >= 0; i--) say(frame());
    await clock.run(clock.now() + roll() * 300);
    if (heard.length > 40 + 40 * sent) complaints.push(`${heard.length} frames for ${sent}: ${heard.map(({ t }) => String(t)).slice(0, 9).join()}`);
    if (clock.pending > 60) complaints.push(`${clock.pending} timers`);
  }
  // Silence from now on: each command and query ends all the same.
  await clock.run(clock.now() + 1_400_000);
  if (open > 0) complaints.push(`${open} promises are open after 23 minutes`);
  client.dispose();
  await clock.run(clock.now() + 100);
  if (clock.pending > 0) complaints.push(`${clock.pending} timers after dispose`);
  return complaints;
}

describe('a server that says anything', () => {
  it('makes nothing throw, spin, hang or stay', async () => {
    const found: string[] = [];
    const from = Number(process.env.HOLDFAST_SEED ?? 1);
    for (let seed = from; seed < from + Number(process.env.HOLDFAST_RUNS ?? 15); seed++) {
      found.push(...[...new Set(await play(seed).catch((error: unknown) => [`${String((error as Error).stack)}`]))].slice(0, 3).map((complaint) => `seed ${seed}: ${complaint}`));
    }
    expect(found).toEqual([]);
  });
});
