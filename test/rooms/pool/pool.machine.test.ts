// The table of the pool's links, and the longer stories that no single cell tells.
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../src/core/pool/growth.js';
import { createPoolStep, emptyPool, poolTimer, type PoolEffect, type PoolEvent, type PoolState } from '../../../src/core/pool/pool.machine.js';
import { decided, fired, machineTable } from '../table.js';

const step = decided(createPoolStep(100));
const OFF: Slot = { tag: 'off' };
const SEEKING: Slot = { tag: 'seeking' };
const READY: Slot = { tag: 'ready', isSuspect: false };
const SUSPECT: Slot = { tag: 'ready', isSuspect: true };
const STOPPED: Slot = { tag: 'stopped' };
const state = (links: readonly Slot[], loads: readonly number[] = [0, 0, 0], more: Partial<PoolState> = {}): PoolState => ({
  isWanted: true,
  links,
  loads,
  homeless: 0,
  spare: null,
  ...more,
});
const word = (slot: Slot): string => (slot.tag === 'ready' && slot.isSuspect ? 'suspect' : slot.tag);
type Kind = 'unwanted' | 'none ready' | 'ready';

const table = machineTable<Kind, PoolState, PoolEvent, PoolEffect>({
  title: 'Pool',
  about: 'Three links, by number, with how many channels go over each. A link is full with more than 100. What is not needed is kept for 30,000 ms.',
  states: {
    unwanted: { 'nobody holds it': emptyPool(3) },
    'none ready': {
      'the first link on its way': state([SEEKING, OFF, OFF]),
      'the only link stopped': state([STOPPED, OFF, OFF]),
    },
    ready: {
      'one link': state([READY, OFF, OFF], [40, 0, 0]),
      'one link, suspect, and a second on its way': state([SUSPECT, SEEKING, OFF], [40, 0, 0]),
      'two links': state([READY, READY, OFF], [40, 10, 0]),
      'two links, one suspect': state([SUSPECT, READY, OFF], [40, 10, 0]),
      'two full links, the third on its way': state([READY, READY, SEEKING], [101, 101, 0]),
      'two links, one of them spare': state([READY, READY, OFF], [40, 0, 0], { spare: 1 }),
      'two links, one stopped': state([READY, STOPPED, OFF], [40, 0, 0]),
    },
  },
  kindOf: ({ isWanted, links }) => (!isWanted ? 'unwanted' : links.some(({ tag }) => tag === 'ready') ? 'ready' : 'none ready'),
  events: {
    wanted: { wanted: { type: 'wanted' } },
    unwanted: { unwanted: { type: 'unwanted' } },
    'reconnect-asked': { 'reconnect-asked': { type: 'reconnect-asked' } },
    'others-void': { 'others-void for link 1': { type: 'others-void', link: 1 } },
    ready: { 'link 0 ready': { type: 'ready', link: 0 }, 'link 1 ready': { type: 'ready', link: 1 } },
    lost: {
      'link 0 lost': { type: 'lost', link: 0, isFinal: false },
      'link 0 lost for good': { type: 'lost', link: 0, isFinal: true },
      'link 1 lost': { type: 'lost', link: 1, isFinal: false },
    },
    stopped: { 'link 0 stopped': { type: 'stopped', link: 0 } },
    suspected: {
      'link 0 suspect': { type: 'suspected', link: 0, isSuspect: true },
      'link 0 lives': { type: 'suspected', link: 0, isSuspect: false },
    },
    loaded: {
      'loaded 101': { type: 'loaded', loads: [101, 0, 0], homeless: 0 },
      'loaded 101, 60 without a link': { type: 'loaded', loads: [101, 0, 0], homeless: 60 },
      'loaded none': { type: 'loaded', loads: [0, 0, 0], homeless: 0 },
    },
    'timer-fired': { spare: fired() },
  },
  step: createPoolStep(100),
  timer: (one) => poolTimer(one, 30_000),
  showState: ({ isWanted, links, loads, homeless, spare }) =>
    `${isWanted ? '' : 'unwanted: '}${links.map((slot, id) => `${word(slot)}${loads[id] === 0 ? '' : ` ${loads[id]}`}`).join(', ')}${homeless === 0 ? '' : `; ${homeless} without a link`}${spare === null ? '' : `; ${spare} is spare`}`,
});

/** Plays events and gives the state that follows. */
function play(from: PoolState, ...events: readonly PoolEvent[]): { readonly state: PoolState; readonly effects: readonly PoolEffect[] } {
  const effects: PoolEffect[] = [];
  let now = from;
  for (const event of events) {
    const [next, more] = step(now, event);
    now = next;
    effects.push(...more);
  }
  return { state: now, effects };
}
const started = (effects: readonly PoolEffect[]): number[] => effects.flatMap((effect) => (effect.type === 'start-link' ? [effect.link] : []));

describe('pool.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/pool.md'));

  it('opens one link at once, and no other one while that suffices', () => {
    const { effects } = play(emptyPool(3), { type: 'wanted' }, { type: 'ready', link: 0 }, { type: 'loaded', loads: [100, 0, 0], homeless: 0 });
    expect(started(effects)).toEqual([0]);
  });

  it('opens further links one after the other, never two at once, and never more than its size', () => {
    const full: PoolEvent = { type: 'loaded', loads: [101, 0, 0], homeless: 300 };
    const one = play(emptyPool(3), { type: 'wanted' }, { type: 'ready', link: 0 }, full, full, { type: 'suspected', link: 0, isSuspect: true });
    expect(started(one.effects)).toEqual([0, 1]);
    const taken = play(one.state, { type: 'ready', link: 1 }, { type: 'loaded', loads: [200, 100, 0], homeless: 0 });
    expect(started(taken.effects)).toEqual([]);
    const two = play(one.state, { type: 'ready', link: 1 }, { type: 'loaded', loads: [101, 101, 0], homeless: 200 });
    expect(started(two.effects)).toEqual([2]);
    const three = play(two.state, { type: 'ready', link: 2 }, { type: 'loaded', loads: [201, 200, 200], homeless: 0 });
    expect(started(three.effects)).toEqual([]);
  });

  it('leaves a dead link dead where another has room for its channels, and has it come back where none has', () => {
    const roomy = play(state([READY, READY, OFF], [40, 10, 0]), { type: 'lost', link: 0, isFinal: false });
    expect(roomy.state.links).toEqual([OFF, READY, OFF]);
    expect(roomy.effects.map(({ type }) => type)).toEqual(['tell-lost', 'stop-link', 'take-over', 'doubt-link']);
    const tight = play(state([READY, READY, OFF], [60, 60, 0]), { type: 'lost', link: 0, isFinal: false });
    expect(tight.state.links).toEqual([SEEKING, READY, OFF]);
    expect(tight.effects.map(({ type }) => type)).not.toContain('stop-link');
    // The others' loads are counted a moment later; then it is missed.
    expect(play(tight.state, { type: 'loaded', loads: [0, 120, 0], homeless: 0 }).state).toMatchObject({ links: [SEEKING, READY, OFF], spare: null });
  });

  it('has the last link come back by itself, and only that one', () => {
    const { state: after, effects } = play(
      state([READY, READY, OFF], [40, 10, 0]),
      { type: 'lost', link: 0, isFinal: false },
      { type: 'lost', link: 1, isFinal: false },
    );
    expect(after.links).toEqual([OFF, SEEKING, OFF]);
    expect(started(effects)).toEqual([]);
  });

  it('does not open a second one when the last is lost while another is on its way, and counts the loss there', () => {
    const { state: after, effects } = play(state([SUSPECT, SEEKING, OFF], [40, 0, 0]), { type: 'lost', link: 0, isFinal: false });
    expect(after.links).toEqual([OFF, SEEKING, OFF]);
    expect(effects).toEqual([{ type: 'tell-lost', link: 0 }, { type: 'stop-link', link: 0 }, { type: 'tell-sibling-lost', link: 1 }]);
  });

  it.each([0, 1, 2])('counts the loss at link %i where that is on its way', (seeking) => {
    const links = [0, 1, 2].map((id) => (id === seeking ? SEEKING : id === (seeking + 1) % 3 ? READY : OFF));
    const { effects } = play(state(links, [0, 0, 0]), { type: 'lost', link: (seeking + 1) % 3, isFinal: false });
    expect(effects).toContainEqual({ type: 'tell-sibling-lost', link: seeking });
  });

  it('gives a lost link to those first that are not overdue themselves', () => {
    const { effects } = play(state([SUSPECT, READY, READY], [1, 1, 1]), { type: 'lost', link: 1, isFinal: false });
    expect(effects.filter(({ type }) => type === 'take-over')).toEqual([{ type: 'take-over', link: 2 }, { type: 'take-over', link: 0 }]);
  });

  it('lets a second link go a while after the first is well again, even one that never connected', () => {
    const lives: PoolEvent = { type: 'suspected', link: 0, isSuspect: false };
    for (const between of [[], [{ type: 'ready', link: 1 }]] satisfies PoolEvent[][]) {
      const calm = play(state([READY, OFF, OFF], [40, 0, 0]), { type: 'suspected', link: 0, isSuspect: true }, ...between, lives);
      expect(calm.state.spare).toBe(1);
      expect(poolTimer(calm.state, 30_000)).toEqual([1, 30_000]);
      const gone = play(calm.state, fired());
      expect(gone.state.links).toEqual([READY, OFF, OFF]);
      expect(gone.effects).toContainEqual({ type: 'stop-link', link: 1 });
    }
  });

  it('does not try past a server that has turned a link away for good, until a person asks', () => {
    const { state: after, effects } = play(state([READY, SEEKING, OFF], [101, 0, 0]), { type: 'stopped', link: 1 }, { type: 'loaded', loads: [150, 0, 0], homeless: 0 });
    expect(started(effects)).toEqual([]);
    const asked = play(after, { type: 'reconnect-asked' });
    expect(asked.state.links).toEqual([SEEKING, OFF, OFF]);
    expect(asked.effects.map(({ type }) => type)).toEqual(['stop-link', 'reconnect-link']);
  });

  it('never has two links on their way, whatever comes', () => {
    let seed = 7;
    const dice = (sides: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % sides;
    let now = emptyPool(3);
    for (let i = 0; i < 5_000; i++) {
      const link = dice(3);
      const events: readonly PoolEvent[] = [
        { type: 'wanted' }, { type: 'ready', link }, { type: 'ready', link }, { type: 'lost', link, isFinal: dice(20) === 0 }, { type: 'suspected', link, isSuspect: dice(2) === 0 },
        { type: 'loaded', loads: [dice(200), dice(200), dice(200)], homeless: dice(3) }, { type: 'stopped', link: dice(10) }, fired(), { type: 'reconnect-asked' }, { type: 'others-void', link },
        { type: dice(10) === 0 ? 'unwanted' : 'wanted' },
      ];
      const [next] = step(now, events[dice(events.length)] as PoolEvent);
      now = next;
      expect(now.links.filter(({ tag }) => tag === 'seeking').length).toBeLessThanOrEqual(1);
      if (!now.isWanted) expect(now.links.every(({ tag }) => tag === 'off')).toBe(true);
      // While it is wanted, somebody is there or coming, or the server has said no.
      else expect(now.links.some(({ tag }) => tag !== 'off')).toBe(true);
    }
  });
});
