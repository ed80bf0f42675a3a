// The hands of the pool over scripted links: who is told what, in which order, and what is passed on.
import { beforeEach, describe, expect, it } from 'vitest';
import { createPool, type LinkListener, type Pool, type PoolStatus } from '../../../src/core/pool/pool.js';
import type { Link, LinkStatus } from '../../../src/core/reconnect/link.js';
import { IDLE_LINK, type LinkState } from '../../../src/core/reconnect/link.machine.js';
import type { Signal } from '../../../src/core/world.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

interface Scripted extends Link {
  readonly said: string[];
  readonly listener: LinkListener;
  show(state: LinkState, isSuspect?: boolean): void;
  leaves(state: LinkState): void;
}

const tries = (attempt: number) => ({ generation: 1, attempt, refusals: 0, loss: null });
const READY: LinkState = { ...tries(0), tag: 'ready' };
const waiting = (attempt: number): LinkState => ({ ...tries(attempt), tag: 'waiting', waitMs: 0, retryAt: 0, mayHurry: true });

let clock: SimulatedClock;
let links: Scripted[];
let told: string[];
let signal: ((signal: Signal) => void) | null;
let pool: Pool;
let status: PoolStatus;
let shown: number;

function scripted(id: number, listener: LinkListener): Link {
  const said: string[] = [];
  let shown: LinkStatus = { state: IDLE_LINK, isSuspect: false, error: null };
  const note = (word: string) => () => void said.push(word);
  const link: Scripted = {
    said,
    listener,
    get status() {
      return shown;
    },
    show(state, isSuspect = false) {
      shown = { state, isSuspect, error: null };
      listener.onStatus(shown);
    },
    leaves: (state) => (shown = { ...shown, state }),
    start: (attempt) => void said.push(`start ${attempt}`),
    stop() {
      said.push('stop');
      const wasReady = shown.state.tag === 'ready';
      shown = { ...shown, state: IDLE_LINK };
      if (wasReady) listener.onLost(false);
      link.show(IDLE_LINK);
    },
    reconnect: note('reconnect'),
    doubt: note('doubt'),
    siblingLost: note('sibling lost'),
    hurry: note('hurry'),
    send: ({ t }) => said.push(t) > 0,
  };
  links[id] = link;
  return link;
}
const link = (id: number): Scripted => links[id] as Scripted;
const ready = (id: number, state: LinkState = READY): void => {
  link(id).listener.onReady();
  link(id).show(state);
};
const lost = (id: number, state = waiting(1)): void => {
  // As a real one: it is not ready any more when it says so.
  link(id).leaves(state);
  link(id).listener.onLost(false);
  link(id).show(state);
};
const tick = async (): Promise<void> => {
  for (let hop = 0; hop < 3; hop++) await Promise.resolve();
};
const join = async (count: number, prefix = 'c'): Promise<(number | null)[]> => {
  const homes = Array.from({ length: count }, (_, index) => pool.home(`${prefix}${index}`));
  await tick();
  return homes;
};

beforeEach(() => {
  clock = createSimulatedClock();
  links = [];
  told = [];
  signal = null;
  shown = 0;
  pool = createPool({
    clock,
    options: { size: 3, channelsPerLink: 2 },
    lingerMs: 30_000,
    maxChannels: () => 4,
    watch: (onSignal) => ((signal = onSignal), () => (signal = null)),
    createLink: scripted,
    onFrame: (frame, from) => told.push(`${frame.t} over ${from}`),
    onReady: (id, isFirst) => told.push(`ready ${id}${isFirst ? ' first' : ''}`),
    onLost: (id) => told.push(`lost ${id}`),
    onStatus(next) {
      status = next;
      shown++;
    },
  });
});

describe('the pool', () => {
  it('makes a link when it is held and no sooner, and asks it to begin at once', () => {
    expect([links.length, signal]).toEqual([0, null]);
    pool.hold();
    expect(link(0).said).toEqual(['start 0']);
    expect([pool.any(), pool.home('a')]).toEqual([null, null]);
    ready(0);
    expect(told).toEqual(['ready 0 first']);
    expect([pool.any(), pool.home('a')]).toEqual([0, 0]);
    expect(pool.send({ t: 'cancel', id: 'x' }, 0)).toBe(true);
    expect(pool.send({ t: 'cancel', id: 'x' }, 1)).toBe(false);
  });

  it('says that it is short while a channel waits for a link, and how many go over each', async () => {
    pool.hold();
    ready(0);
    expect(await join(6)).toEqual([0, 0, 0, 0, null, null]);
    expect(status.isShort).toBe(true);
    expect(link(1).said).toEqual(['start 0']);
    ready(1);
    expect(told).toEqual(['ready 0 first', 'ready 1']);
    expect(await join(6)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(status).toMatchObject({ isShort: false, links: [{ channels: 4 }, { channels: 2 }] });
    for (const name of ['c0', 'c1', 'c4', 'c5']) pool.leave(name);
    await tick();
    expect(status).toMatchObject({ links: [{ channels: 2 }, { channels: 0 }] });
    clock.advance(30_000);
    expect(link(1).said.at(-1)).toBe('stop');
  });

  it('has another link take over from a lost one before anything else, and asks that one whether it lives', async () => {
    pool.hold();
    ready(0);
    await join(3);
    ready(1);
    for (const name of ['c0', 'c1']) pool.leave(name);
    await tick();
    expect(pool.home('c2')).toBe(0);
    told = [];
    lost(0);
    expect(told).toEqual(['lost 0', 'ready 1']);
    expect(link(0).said).toEqual(['start 0', 'stop']);
    expect(link(1).said.at(-1)).toBe('doubt');
    expect([pool.home('c2'), pool.any()]).toEqual([1, 1]);
  });

  it('begins a further link as late as the failures of the others say', async () => {
    pool.hold();
    link(0).show(waiting(4));
    ready(0, { ...tries(4), tag: 'ready' });
    await join(3);
    expect(link(1).said).toEqual(['start 4']);
  });

  it('counts a loss at the link that is on its way', async () => {
    pool.hold();
    ready(0);
    await join(3);
    lost(0);
    expect(link(1).said).toEqual(['start 0', 'sibling lost']);
    expect(link(0).said).toEqual(['start 0', 'stop']);
  });

  it('opens one more while the only one is overdue, and moves nobody before the verdict', async () => {
    pool.hold();
    ready(0);
    await join(1);
    link(0).show(READY, true);
    expect(link(1).said).toEqual(['start 0']);
    ready(1);
    expect([pool.home('c0'), pool.home('new'), pool.any()]).toEqual([0, 1, 1]);
    expect(told).toEqual(['ready 0 first', 'ready 1']);
  });

  it('passes signals on: a look at the page asks and hurries, a hidden page only tells, offline does nothing', () => {
    pool.hold();
    ready(0);
    const heard = (one: Signal): string[] => {
      const before = link(0).said.length;
      signal?.(one);
      return link(0).said.slice(before);
    };
    for (const one of ['online', 'visible', 'resume', 'focus'] as const) expect(heard(one)).toEqual(['hurry']);
    expect(heard('hidden')).toEqual(['doubt']);
    expect(heard('offline')).toEqual([]);
  });

  it('lets everything go 30 s after the last holder, at once when asked, and leaves nothing', async () => {
    const release = pool.hold();
    ready(0);
    await join(3);
    ready(1);
    release();
    release();
    clock.advance(29_999);
    expect(link(0).said).toEqual(['start 0']);
    clock.advance(1);
    expect([link(0).said.at(-1), link(1).said.at(-1), signal]).toEqual(['stop', 'stop', null]);
    expect([pool.any(), pool.home('c0')]).toEqual([null, null]);
    pool.hold();
    expect(link(0).said.at(-1)).toBe('start 0');
    pool.dispose();
    await tick();
    expect([clock.pending, signal, link(0).said.at(-1)]).toEqual([0, null, 'stop']);
  });

  it('waits for no link that the server has turned away for good: the channels are asked for over the one that is there', async () => {
    pool.hold();
    ready(0);
    await join(5);
    expect(status).toMatchObject({ isShort: true, links: [{ channels: 4 }, { channels: 0 }] });
    link(1).show({ tag: 'stopped', generation: 1, code: 'forbidden', loss: { code: 4403, reason: '' } });
    expect(pool.home('c4')).toBe(0);
    await tick();
    expect(status).toMatchObject({ isShort: false, links: [{ channels: 5 }, { channels: 0 }] });
    // It is not sought any more, and not let go as one that is spare.
    clock.advance(60_000);
    expect([links.length, link(1).said]).toEqual([2, ['start 0']]);
  });

  it('shows what a tick wants and leaves once, when the tick is over', async () => {
    pool.hold();
    ready(0);
    const before = shown;
    for (const name of ['a', 'b', 'c']) pool.home(name);
    pool.leave('a');
    expect(shown).toBe(before);
    await tick();
    expect([shown, status.links[0]?.channels]).toEqual([before + 1, 2]);
    pool.leave('b');
    await tick();
    expect([shown, status.links[0]?.channels]).toEqual([before + 2, 1]);
  });

  it('is held by nobody once it was disposed', async () => {
    pool.hold();
    ready(0);
    pool.dispose();
    const release = pool.hold();
    await tick();
    release();
    expect([link(0).said, signal, clock.pending]).toEqual([['start 0', 'stop'], null, 0]);
  });

  it('lets every other link go when one has learned that they belong to another user', async () => {
    pool.hold();
    ready(0);
    await join(3);
    told = [];
    pool.voidOthers(1);
    expect(told).toEqual(['lost 0']);
    expect(link(0).said.at(-1)).toBe('stop');
    expect(pool.any()).toBeNull();
    ready(1);
    expect(told).toEqual(['lost 0', 'ready 1 first']);
  });
});
