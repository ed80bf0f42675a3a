/**
 * Every reader of a channel against a server that keeps one history: readers that come, go, start again and come back at any
 * moment, inside callbacks as well, pages of any size, losses, kicks, trims, forks. Each reader gets contiguous events from
 * where it was mounted on, and a gap only where something is missing for this reader.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChannels, type Reading } from '../../../src/core/channels/channels.js';
import type { EventDecoder } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import type { WantedChannel } from '../../../src/core/protocol/frames.js';
import type { Position } from '../../../src/core/protocol/position.js';
import { lifeOf } from '../life.js';
import { createHistoryServer, wireEvent } from './history-server.js';

type Act =
  | { readonly do: 'publish' | 'trim'; readonly count: number }
  | { readonly do: 'fork'; readonly undone: number }
  | { readonly do: 'restart' | 'drop' | 'ready' | 'kick' | 'retry' }
  | { readonly do: 'answer'; readonly page: number }
  | { readonly do: 'join'; readonly history: number }
  | { readonly do: 'leave' | 'return' | 'rewind' | 'rejoin'; readonly whom: number }
  /** At its next event or gap, a reader does something. */
  | { readonly do: 'plan'; readonly whom: number; readonly what: 'join' | 'join view' | 'leave' | 'rewind' };

const whom = fc.nat(5);
const act = <Kind extends string, Rest extends object>(weight: number, kind: Kind, rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> }) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(kind), ...rest }),
});
const acts = fc.array(
  fc.oneof(
    act(6, 'publish', { count: fc.integer({ min: 1, max: 4 }) }),
    act(2, 'trim', { count: fc.integer({ min: 1, max: 6 }) }),
    act(1, 'fork', { undone: fc.nat(3) }),
    act(1, 'restart', {}),
    act(2, 'drop', {}),
    act(2, 'ready', {}),
    act(1, 'kick', {}),
    act(1, 'retry', {}),
    act(8, 'answer', { page: fc.integer({ min: 1, max: 5 }) }),
    act(4, 'join', { history: fc.constantFrom(0, 0, 3, 10) }),
    act(4, 'leave', { whom }),
    act(4, 'return', { whom }),
    act(1, 'rewind', { whom }),
    act(1, 'rejoin', { whom }),
    act(8, 'plan', { whom, what: fc.constantFrom('join' as const, 'join view' as const, 'leave' as const, 'rewind' as const) }),
  ) as fc.Arbitrary<Act>,
  { minLength: 5, maxLength: 80 },
);

interface Observer {
  readonly history: number;
  reading: Reading | null;
  /** The last event, or where it began; null: its next event may be any. */
  at: Position | null;
  /** A gap was told, and no event since. */
  isInGap: boolean;
  /** It has come back, and was told nothing since. */
  isLagging: boolean;
  /** Where it left. */
  left: Position | null;
  plan: (() => void) | null;
}

const decode: EventDecoder = ({ data }) => ({ ok: true, data });
const total = { gaps: 0, events: 0, pages: 0, inCallbacks: 0, returns: 0, askedAgain: 0 };

function play(script: readonly Act[]): void {
  const server = createHistoryServer();
  const observers: Observer[] = [];
  const timers: (() => void)[] = [];
  let link: number | null = 0;
  let due = null as WantedChannel | null;
  let isLive = false;
  let generation = 0;
  const fail = (what: string): never => {
    throw new Error(what);
  };
  const built = createChannels({
    clock: { now: () => 0, wall: () => 0, after: (_, run) => (timers.push(run), () => void timers.splice(0, timers.length, ...timers.filter((one) => one !== run))) },
    dice: { roll: () => 0 },
    timings: { channelLeaseMs: 5_000 },
    session: { fence: null },
    pool: {
      home: () => link,
      any: () => link,
      leave: () => {},
      send(frame) {
        if (link === null) return false;
        if (frame.t === 'unsubscribe') isLive = false;
        if (frame.t !== 'subscribe') return true;
        due = frame.channels[0] ?? null;
        isLive = false;
        return true;
      },
      hold: () => () => {},
    },
    isPaused: false,
    onError: (error) => {
      throw error.cause ?? error;
    },
  });
  const channels = built.api;
  const life = lifeOf(built);

  /** Where a listener that is mounted now begins, by what another one has been told. */
  const told = (): Position | null => {
    // One that has come back may still lag behind; where several are not of one mind there is nothing to compare with.
    const [first, ...others] = observers.filter(({ history, reading, at, isInGap, isLagging }) => history === 0 && reading !== null && at !== null && !isInGap && !isLagging);
    return first !== undefined && others.every(({ at }) => at?.offset === first.at?.offset && at?.epoch === first.at?.epoch) ? first.at : null;
  };

  function join(history: number, begin: Position | null): void {
    const own: Observer = { history, reading: null, at: begin, isInGap: false, isLagging: false, left: null, plan: null };
    observers.push(own);
    mount(own, null);
    begins(own);
  }

  /** Where nobody can compare, its own word counts. */
  const begins = (own: Observer): void => {
    if (own.history === 0) own.at ??= own.reading?.position ?? null;
  };

  const act = (own: Observer): void => {
    const { plan } = own;
    own.plan = null;
    plan?.();
  };

  function mount(own: Observer, from: Position | null): void {
    own.reading = channels.join('c', decode, {
      history: own.history,
      onEvent(event: ChannelEvent) {
        if (own.reading === null && observers.includes(own) && own.left !== null) fail('an event after it has left');
        const { at } = own;
        const next = { epoch: event.epoch, offset: event.offset };
        if (at !== null && at.offset + 1 !== next.offset) fail(`${JSON.stringify(at)} was followed by ${JSON.stringify(next)}`);
        if (at !== null && at.epoch !== next.epoch && !server.continues(at)) fail(`${JSON.stringify(at)} was followed by another history`);
        own.at = next;
        own.isInGap = false;
        total.events++;
        act(own);
      },
      onEnd(end) {
        if (own.at !== null && own.at.offset !== end.offset) fail(`${JSON.stringify(own.at)} ends at ${JSON.stringify(end)}`);
        own.at = end;
        own.isInGap = false;
        own.isLagging &&= end.offset !== server.top.top;
      },
      onGap() {
        total.gaps++;
        if (own.at === null && !own.isInGap) fail('a gap for a reader that has nothing');
        else if (own.at !== null && !own.isInGap && server.continues(own.at)) fail(`nothing is missing after ${JSON.stringify(own.at)}`);
        own.at = null;
        own.isInGap = true;
        act(own);
      },
      onStatus() {},
      onReset() {},
    }, from);
  }

  function flush(): void {
    for (const run of timers.splice(0)) run();
    channels.say();
  }

  function answer(page: number): void {
    flush();
    if (due === null || link === null) return;
    const asked = due;
    due = null;
    const { position, history } = asked;
    if (asked.generation <= generation) total.askedAgain++;
    generation = asked.generation;
    const frame = server.answer(asked.generation, position ?? null, history ?? 0, page);
    isLive = !frame.more;
    if (frame.more) total.pages++;
    life.onFrame(frame, 0);
  }

  for (const one of script) {
    const own = 'whom' in one ? observers[one.whom] : undefined;
    switch (one.do) {
      case 'publish': {
        const offset = server.top.top + 1;
        server.publish(one.count);
        if (isLive && link !== null) life.onFrame({ t: 'events', channel: 'c', epoch: server.top.name, offset, events: Array.from({ length: one.count }, (_, i) => wireEvent(offset + i)) }, 0);
        break;
      }
      case 'trim':
        server.trim(one.count);
        break;
      case 'fork':
        if (!server.fork(one.undone)) break;
        isLive = false;
        if (link !== null) life.onFrame({ t: 'resync', channel: 'c' }, 0);
        break;
      case 'restart':
      case 'drop':
        if (one.do === 'restart') server.restart();
        link = null;
        due = null;
        isLive = false;
        life.onLinkLost(0);
        break;
      case 'ready':
        if (link !== null) break;
        link = 0;
        life.onReady(0, false);
        break;
      case 'kick':
        flush();
        if (link === null || !(isLive || due !== null)) break;
        life.onFrame({ t: 'unsubscribed', channel: 'c', generation: due?.generation ?? generation, reason: 'kicked' }, 0);
        due = null;
        isLive = false;
        break;
      case 'retry':
        flush();
        break;
      case 'answer':
        answer(one.page);
        break;
      case 'join':
        if (observers.length < 12) join(one.history, one.history === 0 ? told() : null);
        break;
      case 'leave':
        if (own?.reading == null) break;
        own.left = own.reading.position;
        own.reading.leave();
        own.reading = null;
        break;
      case 'return':
        if (own === undefined || own.reading !== null) break;
        // One that never got a place begins.
        if (own.left === null) own.at = own.history === 0 ? told() : null;
        total.returns++;
        own.isLagging = true;
        mount(own, own.left);
        own.left = null;
        begins(own);
        break;
      case 'rewind':
        restart(own);
        break;
      case 'rejoin':
        own?.reading?.rejoin();
        break;
      case 'plan':
        if (own === undefined) break;
        own.plan = () => {
          if (one.what === 'leave' && own.reading !== null) {
            own.left = own.reading.position;
            own.reading.leave();
            own.reading = null;
          } else if (one.what === 'rewind') restart(own, own.isLagging ? null : own.at);
          else if (observers.length < 12 && one.what !== 'leave') {
            total.inCallbacks++;
            // Inside an old page, a new listener begins at the channel's position, which only the channel knows.
            join(one.what === 'join' ? 0 : 3, one.what === 'join' && own.history === 0 && !own.isLagging ? own.at : null);
          }
        };
        break;
      default:
        one satisfies never;
    }
  }

  /** A view starts again; a listener goes on from now. */
  function restart(own: Observer | undefined, now = told()): void {
    if (own?.reading == null) return;
    own.at = own.history === 0 ? now : null;
    own.isInGap = false;
    own.reading.rewind(null);
    begins(own);
  }

  // At rest everybody is where the server is.
  if (link === null) {
    link = 0;
    life.onReady(0, false);
  }
  for (const { reading } of observers) reading?.rejoin();
  for (let i = 0; i < 60; i++) answer(5);
  for (const { reading, at } of observers) {
    if (reading === null) continue;
    const { top } = server;
    if (reading.status.liveStatus !== 'live') fail(`at rest it is ${reading.status.liveStatus}`);
    // A listener that has not been told anything yet has its place all the same.
    const { epoch, offset } = at ?? reading.position ?? {};
    if (epoch !== top.name || offset !== top.top) fail(`at rest a reader is at ${JSON.stringify(at)}, the server at ${JSON.stringify(top)}`);
  }
}

describe('readers of one history', () => {
  it('get contiguous events from mount on, once, and a gap only where something is missing', () => {
    fc.assert(fc.property(acts, play), { numRuns: 5_000 });
    // The scripts reach what they are about.
    for (const [what, count] of Object.entries(total)) if (what !== 'askedAgain') expect(count, what).toBeGreaterThan(5);
    expect(total.askedAgain).toBe(0);
  });
});
