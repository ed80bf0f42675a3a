// The core notifies every feature that exists, in the order of rank.
import { beforeEach, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../src/core/channels/channels.js';
import { createCore } from '../../src/core/client.js';
import { METRICS } from '../../src/core/data/connection-metrics.js';
import { OUTBOX_STATUS } from '../../src/core/data/outbox-status.js';
import type { BuiltFeature, Core, Feature, FeatureLife } from '../../src/core/feature.js';
import type { ServerFrame } from '../../src/core/protocol/frames.js';
import { QUERIES } from '../../src/core/queries/queries.js';
import { OUTBOX } from '../../src/core/queue/outbox.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';

let world: SimulatedWorld;
let core: Core;
let log: string[];
/** The server's ends of the links, by the number of the link. */
let ends: ServerEnd[];
/** Frames of the client but its hello. */
let heard: { readonly t: string; readonly id?: string; readonly lane?: string }[];

const HOOKS = ['onFrame', 'onReady', 'onLinkLost', 'onPaused', 'onStorageChanged', 'onUserChanged', 'dispose'] as const satisfies readonly (keyof FeatureLife)[];
const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));
const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms, settle);
const told = (): string[] => log.splice(0);
const send = async (frame: ServerFrame, link = 0): Promise<void> => {
  ends[link]?.send(JSON.stringify(frame));
  await pass(100);
};

/** A feature that notes what it is notified of. */
function noting(name: string, rank: Feature<unknown>['rank'], onNews: (hook: string) => void = () => {}): Feature<{ readonly name: string }> {
  return {
    rank,
    create: () => {
      log.push(`${name} built`);
      const life = HOOKS.map((hook) => [
        hook,
        (...news: unknown[]) => {
          log.push([name, hook, ...news.map((one) => (typeof one === 'object' ? (one as { t: string }).t : String(one)))].join(' '));
          onNews(hook);
        },
      ]);
      return { api: { name }, ...Object.fromEntries(life) } as BuiltFeature<{ readonly name: string }>;
    },
  };
}

beforeEach(() => {
  world = createSimulatedWorld({ seed: 1, network: { tailChance: 0 } });
  log = [];
  ends = [];
  heard = [];
  world.network.listen('core.test', (end) => ({
    onMessage(text) {
      const frame = JSON.parse(text) as { t: string; link: number };
      if (frame.t !== 'hello') return void heard.push(frame);
      ends[frame.link] = end;
      end.send(JSON.stringify({ t: 'welcome', v: 1, link: frame.link, node: 'n', tag: 'ada', storage: 'memory', fence: 'f', features: [], limits: { channels: 200, windowPerLane: 32, keepMs: 0 }, ping: { visibleMs: 25_000, hiddenMs: 25_000 } } satisfies ServerFrame));
    },
    onClosed: () => {},
  }));
  core = createCore(
    {
      url: (link) => `ws://core.test/${link}`,
      contract: undefined,
      fetchToken: null,
      pool: { size: 2, channelsPerLink: 1 },
      onError(error) {
        throw error;
      },
    },
    world.client('ada'),
  );
  core.pool.hold();
});

describe('a frame of the server', () => {
  const channel = 'room:1';
  const position = { epoch: 'e', offset: 2 };
  const frames: ServerFrame[] = [
    { t: 'events', channel, epoch: 'e', offset: 1, events: [{ name: 'a', time: 0 }, { name: 'b', time: 0 }] },
    { t: 'subscribed', channel, generation: 1, state: 'live', events: [], position, more: false, fence: 'f' },
    { t: 'unsubscribed', channel, generation: 1, reason: 'kicked' },
    { t: 'volatile', channel, name: 'typing' },
    { t: 'resync', channel },
    { t: 'response', id: 'x' },
    { t: 'error', id: 'x', code: 'timeout', message: '', final: true },
    { t: 'lane', lane: 'default', last: 0, fence: 'f' },
  ];

  it.each(frames)('%j reaches every feature that exists, with its link', async (frame) => {
    core.use(noting('early', 1));
    await pass(1_000);
    for (const name of ['room:1', 'room:2']) core.pool.home(name);
    await pass(1_000);
    expect(ends).toHaveLength(2);
    core.use(noting('late', 2));
    told();
    await send(frame, 0);
    expect(told()).toEqual([`early onFrame ${frame.t} 0`, `late onFrame ${frame.t} 0`]);
    await send(frame, 1);
    expect(told()).toEqual([`early onFrame ${frame.t} 1`, `late onFrame ${frame.t} 1`]);
  });

  it.each<[string, (fence: string) => ServerFrame]>([
    ['subscribed', (fence) => ({ t: 'subscribed', channel, generation: 1, state: 'live', events: [], position, more: false, fence })],
    ['lane', (fence) => ({ t: 'lane', lane: 'default', last: 0, fence })],
  ])('of type %s names the storage to the session before any feature has the frame', async (t, frame) => {
    core.use(noting('one', 1, (hook) => log.push(`${hook}: the storage is ${core.session.fence}`)));
    await pass(1_000);
    told();
    await send(frame('f'));
    expect(told()).toEqual([`one onFrame ${t} 0`, 'onFrame: the storage is f']);
    await send(frame('g'));
    expect(told()).toEqual(['one onStorageChanged', 'onStorageChanged: the storage is g', `one onFrame ${t} 0`, 'onFrame: the storage is g']);
  });

  it('that is for the link alone reaches no feature', async () => {
    core.use(noting('one', 1));
    await pass(1_000);
    await send({ t: 'pong', n: 1 });
    expect(told()).toEqual(['one built', 'one onReady 0 false']);
  });

  it('that answers a command ends the command alone, and one that answers a query the query alone', async () => {
    const ended: string[] = [];
    const outbox = core.use(OUTBOX);
    const queries = core.use(QUERIES);
    await pass(1_000);
    outbox.send({ id: 'c', name: 'post', lane: 'default', input: 1, bytes: 1, onOutcome: ({ kind }) => ended.push(`command ${kind}`) });
    queries.ask({ name: 'notes', input: 1, limitMs: 10_000, startsAt: 'sent', onAnswer: (answer) => ended.push(`query ${answer === 'timeout' ? answer : answer.t}`) });
    await pass(100);
    const [lane, query] = ['lane', 'query'].map((t) => heard.find((frame) => frame.t === t));
    await send({ t: 'lane', lane: lane?.lane ?? '', last: 0, fence: 'f' });
    await send({ t: 'response', id: 'c' });
    expect(ended).toEqual(['command done']);
    await send({ t: 'response', id: query?.id ?? '' });
    expect(ended).toEqual(['command done', 'query response']);
  });
});

describe('features', () => {
  it('are notified in the order of rank, whatever the order in which they were built', async () => {
    for (const rank of [3, 1, 4, 2] as const) core.use(noting(`rank ${rank}`, rank));
    told();
    await pass(1_000);
    const each = (news: string): string[] => [1, 2, 3, 4].map((rank) => `rank ${rank} ${news}`);
    expect(told()).toEqual(each('onReady 0 false'));
    await send({ t: 'resync', channel: 'room:1' });
    expect(told()).toEqual(each('onFrame resync 0'));
    ends[0]?.close(1012, 'restart');
    await pass(5_000);
    expect(told()).toEqual([...each('onLinkLost 0'), ...each('onReady 0 true')]);
    core.pool.disconnect();
    core.pool.disconnect();
    await pass(100);
    expect(told()).toEqual([...each('onLinkLost 0'), ...each('onPaused true')]);
    core.pool.reconnect();
    await pass(1_000);
    expect(told()).toEqual([...each('onPaused false'), ...each('onReady 0 true')]);
    core.session.setUser('ben');
    expect(told().filter((line) => line.includes('onUserChanged'))).toEqual(each('onUserChanged'));
    core.dispose();
    expect(told().filter((line) => line.includes('dispose'))).toEqual(each('dispose'));
  });

  it('of one rank are notified in the order in which they were built', async () => {
    for (const name of ['b', 'a']) core.use(noting(name, 2));
    await pass(1_000);
    told();
    await send({ t: 'resync', channel: 'room:1' });
    expect(told()).toEqual(['b onFrame resync 0', 'a onFrame resync 0']);
  });

  it('that are built during a notification are told of the next one first', async () => {
    const [before, after] = [noting('before', 1), noting('after', 4)];
    core.use(
      noting('builder', 2, () => {
        core.use(before);
        core.use(after);
      }),
    );
    await pass(1_000);
    expect(told()).toEqual(['builder built', 'builder onReady 0 false', 'before built', 'after built']);
    await send({ t: 'resync', channel: 'room:1' });
    expect(told()).toEqual(['before onFrame resync 0', 'builder onFrame resync 0', 'after onFrame resync 0']);
  });

  it('that are built when a link is ready are not told of it', async () => {
    await pass(1_000);
    core.use(noting('late', 1));
    await pass(1_000);
    expect(told()).toEqual(['late built']);
  });

  it('are built once a core, and by identity', async () => {
    const one = noting('one', 1);
    expect(core.use(one)).toBe(core.use(one));
    expect(core.use(noting('one', 1))).not.toBe(core.use(one));
    expect(told()).toEqual(['one built', 'one built']);
    const other = createCore({ url: () => 'ws://core.test/', contract: undefined, fetchToken: null, onError: () => {} }, world.client('ben'));
    expect(other.use(one)).not.toBe(core.use(one));
  });

  it('may use one another while they are built', () => {
    const below = noting('below', 1);
    const above: Feature<string> = { rank: 4, create: (of) => ({ api: `above ${of.use(below).name}` }) };
    expect([core.use(above), core.use(below).name, told()]).toEqual(['above below', 'below', ['below built']]);
  });

  it('are disposed once, however often the core is', async () => {
    core.use(noting('one', 1));
    await pass(1_000);
    told();
    core.dispose();
    core.dispose();
    await pass(1_000);
    expect(told().filter((line) => line.includes('dispose'))).toEqual(['one dispose']);
    expect([core.isDisposed, world.clock.pending]).toEqual([true, 0]);
  });
});

describe.each([['at the start', true], ['when a link is ready', false]])('an outbox that is built %s', (_, isEarly) => {
  const sendOne = async (): Promise<string[]> => {
    const outcomes: string[] = [];
    if (isEarly) core.use(OUTBOX);
    await pass(1_000);
    core.use(OUTBOX).send({ id: 'c', name: 'post', lane: 'default', input: 1, bytes: 1, onOutcome: ({ kind }) => outcomes.push(kind) });
    await pass(100);
    expect([heard.map(({ t }) => t), core.isUnsent.get(), outcomes]).toEqual([['lane'], true, []]);
    return outcomes;
  };

  it('is empty once another user has signed in', async () => {
    const outcomes = await sendOne();
    core.session.setUser('ben');
    expect([outcomes, [...core.use(OUTBOX).commands], core.isUnsent.get()]).toEqual([['cancelled'], [], false]);
  });

  it('ends every command with the core, and leaves no timer', async () => {
    const outcomes = await sendOne();
    core.dispose();
    await pass(1_000);
    expect([outcomes, core.isUnsent.get(), world.clock.pending]).toEqual([['cancelled'], false, 0]);
  });
});

describe('what is built late', () => {
  it('shows a channel as paused if no link will come', () => {
    core.pool.disconnect();
    const reading = core.use(CHANNELS).join('room:1', () => null, { history: 0, onEvent() {}, onEnd() {}, onGap() {}, onStatus() {}, onReset() {} });
    expect(reading.status.liveStatus).toBe('paused');
  });

  it('has the first snapshot of an outbox that is empty: what a server has rendered', async () => {
    core.use(OUTBOX).send({ id: 'c', name: 'post', lane: 'default', input: 1, bytes: 1, onOutcome() {} });
    const status = core.use(OUTBOX_STATUS);
    expect([status.getInitial(), status.get()]).toMatchObject([{ pending: 0, bytes: 0, oldestAt: null, commands: [] }, { pending: 1 }]);
  });

  it('has the first figures of a connection without a round trip: what a server has rendered', async () => {
    await pass(1_000);
    await send({ t: 'ping', n: 1, everyMs: 25_000, fence: 'f', confirmedMs: 0, heardMs: 0, rttMs: 20 });
    const metrics = core.use(METRICS);
    expect([metrics.getInitial(), metrics.get()]).toEqual([{ rttMs: null, eventsPerSecond: 0 }, { rttMs: 20, eventsPerSecond: 0 }]);
  });

  it('samples no figures after the end', async () => {
    core.dispose();
    await pass(1_000);
    core.use(METRICS).subscribe(() => {});
    expect(world.clock.pending).toBe(0);
  });
});
