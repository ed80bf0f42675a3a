// The table of one link's life, and the longer stories that no single cell tells.
import { describe, expect, it } from 'vitest';
import { DEFAULT_TIMINGS } from '../../../src/core/options.js';
import { createLinkStep, IDLE_LINK, linkTimer, type LinkEffect, type LinkEvent, type LinkState } from '../../../src/core/reconnect/link.machine.js';
import { decided, fired, machineTable } from '../table.js';

const step = decided(createLinkStep(DEFAULT_TIMINGS));
const tries = { generation: 3, attempt: 2, refusals: 0, loss: { code: 1006, reason: '' } };
const NOW = 50_000;
const closed = (code: number, reason = '', generation = 3): LinkEvent & { type: 'closed' } => ({ type: 'closed', generation, code, reason, now: NOW, roll: 0.5 });

const table = machineTable<LinkState['tag'], LinkState, LinkEvent, LinkEffect>({
  title: 'Link',
  about: 'Generation 3 is the newest. Time is 50,000, dice say 0.5; the defaults of `options.ts` hold.',
  states: {
    idle: { idle: { tag: 'idle', generation: 3 } },
    waiting: {
      'waiting, with backoff': { ...tries, tag: 'waiting', waitMs: 10_000, retryAt: 60_000, mayHurry: true },
      'waiting, as the server named it': { ...tries, tag: 'waiting', waitMs: 10_000, retryAt: 60_000, mayHurry: false },
    },
    authorizing: { authorizing: { ...tries, tag: 'authorizing' } },
    connecting: { connecting: { ...tries, tag: 'connecting' } },
    greeting: {
      greeting: { ...tries, tag: 'greeting' },
      'greeting, once refused': { ...tries, tag: 'greeting', refusals: 1 },
    },
    ready: {
      ready: { ...tries, tag: 'ready', loss: null },
      'ready, silently, after a refusal': { ...tries, tag: 'ready', refusals: 1, loss: null },
    },
    stopped: { stopped: { tag: 'stopped', generation: 3, code: 'unauthorized', loss: { code: 4300, reason: '' } } },
  },
  kindOf: (state) => state.tag,
  events: {
    started: {
      started: { type: 'started', attempt: 0, now: NOW, roll: 0.5 },
      'started, three attempts of the pool have failed': { type: 'started', attempt: 3, now: NOW, roll: 0.5 },
    },
    stopped: { stopped: { type: 'stopped' } },
    'token-ready': { 'token-ready': { type: 'token-ready' } },
    'token-failed': {
      'token-failed': { type: 'token-failed', isFinal: false, now: NOW, roll: 0.5 },
      'token-failed for good': { type: 'token-failed', isFinal: true, now: NOW, roll: 0.5 },
    },
    opened: { opened: { type: 'opened', generation: 3 }, 'opened, an old one': { type: 'opened', generation: 2 } },
    welcomed: {
      welcomed: { type: 'welcomed', generation: 3 },
      'welcomed, silently': { type: 'welcomed', generation: 3, isSilent: true },
      'welcomed, an old one': { type: 'welcomed', generation: 2 },
    },
    closed: {
      'closed 1000': closed(1000),
      'closed 1006': closed(1006),
      'closed 1012': closed(1012),
      'closed 4000': closed(4000),
      'closed 4199': closed(4199),
      'closed 4200 retry-after=7000': closed(4200, 'retry-after=7000'),
      'closed 4200 retry-after=0': closed(4200, 'retry-after=0'),
      'closed 4200 retry-after=999999999': closed(4200, 'retry-after=999999999'),
      'closed 4299, no delay named': closed(4299, 'soon'),
      'closed 4300': closed(4300),
      'closed 4399': closed(4399),
      'closed 4400': closed(4400),
      'closed 4401': closed(4401),
      'closed 4403': closed(4403),
      'closed 4409': closed(4409),
      'closed 4499': closed(4499),
      'closed 4500': closed(4500),
      'closed 4403, and a dialect says reconnect': { ...closed(4403), policy: 'reconnect' },
      'closed 1008, and a dialect says authenticate': { ...closed(1008), policy: 'authenticate' },
      'closed 4400, and a dialect says stop': { ...closed(4400), policy: 'stop' },
      'closed 4403, an old one': closed(4403, '', 2),
    },
    'network-returned': { 'network-returned': { type: 'network-returned' } },
    'sibling-lost': { 'sibling-lost': { type: 'sibling-lost' } },
    'reconnect-asked': { 'reconnect-asked': { type: 'reconnect-asked' } },
    'timer-fired': { 'timer-fired': fired() },
  },
  step: createLinkStep(DEFAULT_TIMINGS),
  timer: (state) => linkTimer(state, DEFAULT_TIMINGS),
  showState: (state) => {
    if (state.tag === 'idle') return 'idle';
    if (state.tag === 'stopped') return `stopped: ${state.code}`;
    const until = state.tag === 'waiting' ? ` until ${state.retryAt}${state.mayHurry ? '' : ', no sooner'}` : '';
    const refused = state.refusals === 0 ? '' : `, refusals ${state.refusals}`;
    return `${state.tag}${until}; attempt ${state.attempt}${refused}${state.loss === null ? ', no loss' : ''}${state.generation === 3 ? '' : `, generation ${state.generation}`}`;
  },
});

/** Plays events from idle and gives every state on the way. */
function play(...events: readonly LinkEvent[]): LinkState {
  return events.reduce((state, event) => step(state, event)[0], IDLE_LINK);
}
const RETRY = fired();
const START: LinkEvent = { type: 'started', attempt: 0, now: NOW, roll: 0.5 };
const open = (generation: number): LinkEvent[] => [{ type: 'token-ready' }, { type: 'opened', generation }];
const greeted = (generation: number): LinkEvent[] => [...open(generation), { type: 'welcomed', generation }];

describe('link.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/link.md'));

  it('stops at the second refusal in a row', () => {
    const once = play(START, ...open(1), closed(4300, '', 1));
    expect(once).toMatchObject({ tag: 'waiting', refusals: 1 });
    const twice = play(START, ...open(1), closed(4300, '', 1), RETRY, ...open(2), closed(4301, '', 2));
    expect(twice).toMatchObject({ tag: 'stopped', code: 'unauthorized', loss: { code: 4301 } });
  });

  it('keeps counting refusals over other losses in between', () => {
    const state = play(START, ...open(1), closed(4300, '', 1), RETRY, { type: 'token-ready' }, closed(1006, '', 2), RETRY, ...open(3), closed(4300, '', 3));
    expect(state.tag).toBe('stopped');
  });

  it('forgets a refusal at a welcome', () => {
    const state = play(START, ...open(1), closed(4300, '', 1), RETRY, ...greeted(2), closed(4300, '', 2));
    expect(state).toMatchObject({ tag: 'waiting', refusals: 1 });
  });

  it('does not take an open socket for a welcome where the server does not greet, until it has proved itself', () => {
    const silent = (generation: number): LinkEvent[] => [...open(generation), { type: 'welcomed', generation, isSilent: true }];
    const refused = (generation: number): LinkEvent => ({ ...closed(1008, '', generation), policy: 'authenticate' });
    expect(play(START, ...silent(1), refused(1), RETRY, ...silent(2), refused(2))).toMatchObject({ tag: 'stopped', code: 'unauthorized' });
    expect(play(START, ...silent(1), refused(1), RETRY, ...silent(2), fired(), refused(2))).toMatchObject({ tag: 'waiting', refusals: 1, attempt: 1 });
  });

  it('counts on where a link does not prove itself, and anew where it does', () => {
    const flap = (generation: number): LinkEvent[] => [...greeted(generation), closed(1006, '', generation), RETRY];
    expect(play(START, ...flap(1), ...flap(2), ...flap(3))).toMatchObject({ tag: 'authorizing', attempt: 3 });
    expect(play(START, ...flap(1), ...flap(2), ...greeted(3), fired(), closed(1006, '', 3))).toMatchObject({ tag: 'waiting', attempt: 1 });
  });

  it('waits as long as the server named even where the network returns, and connects at once where a person asks', () => {
    const waiting = play(START, ...greeted(1), closed(4200, 'retry-after=7000', 1));
    expect(waiting).toMatchObject({ tag: 'waiting', retryAt: NOW + 7_500, mayHurry: false });
    expect(step(waiting, { type: 'network-returned' })).toEqual([waiting, []]);
    expect(step(waiting, { type: 'reconnect-asked' })[0].tag).toBe('authorizing');
  });

  it('starts counting anew when a person asks', () => {
    const state = play(START, ...open(1), closed(4300, '', 1), { type: 'reconnect-asked' });
    expect(state).toMatchObject({ tag: 'authorizing', attempt: 0, refusals: 0, generation: 1 });
  });

  it('gives every socket its own generation', () => {
    const state = play(START, ...open(1), { type: 'stopped' }, START, { type: 'token-ready' });
    expect(state).toMatchObject({ tag: 'connecting', generation: 2 });
  });

  it.each([
    ['0', 100],
    ['99', 100],
    ['7000', 7_000],
    ['999999999', 600_000],
  ])('waits %s ms, as the server named it, as %i', (named, least) => {
    const [state] = step(play(START, ...greeted(1)), { ...closed(4200, `retry-after=${named}`, 1), roll: 0 });
    expect(state).toMatchObject({ tag: 'waiting', retryAt: NOW + least });
  });

  it('has one timer in each state that may end by itself, and the end of the time changes nothing in another state', () => {
    const states: readonly LinkState[] = [IDLE_LINK, play(START), play(START, { type: 'token-ready' }), play(START, ...open(1)), play(START, ...open(1), closed(1006, '', 1), RETRY, ...greeted(2)), play(START, ...open(1), closed(1006, '', 1)), play(START, ...open(1), closed(4403, '', 1))];
    expect(states.map((state) => [state.tag, linkTimer(state, DEFAULT_TIMINGS)?.[1] ?? null])).toEqual([['idle', null], ['authorizing', null], ['connecting', 4_000], ['greeting', 5_000], ['ready', 10_000], ['waiting', 500], ['stopped', null]]);
    for (const state of states) {
      if (linkTimer(state, DEFAULT_TIMINGS) === undefined) expect(step(state, fired()), state.tag).toEqual([state, []]);
      else expect(step(state, fired()), state.tag).not.toEqual([state, []]);
    }
  });

  it('keeps the timer of its state while it only counts a loss elsewhere', () => {
    const before = play(START, ...open(1), closed(1006, '', 1));
    const [after] = step(before, { type: 'sibling-lost' });
    expect(after).not.toBe(before);
    expect(linkTimer(after, DEFAULT_TIMINGS)).toEqual(linkTimer(before, DEFAULT_TIMINGS));
  });

  it('has no timer where there is nothing to forget, and none after it has proved itself', () => {
    expect(linkTimer(play(START, ...greeted(1)), DEFAULT_TIMINGS)).toBe(undefined);
    const again = play(START, ...open(1), closed(1006, '', 1), RETRY, ...greeted(2));
    expect(linkTimer(again, DEFAULT_TIMINGS)?.[1]).toBe(10_000);
    expect(linkTimer(step(again, fired())[0], DEFAULT_TIMINGS)).toBe(undefined);
  });

  it('changes nothing for what an older socket tells, nor for a token that nobody waits for', () => {
    const ready = play(START, ...greeted(1), closed(1006, '', 1), RETRY, ...greeted(2));
    for (const event of [closed(4403, '', 1), { type: 'opened', generation: 1 }, { type: 'welcomed', generation: 1 }, { type: 'token-ready' }, { type: 'token-failed', isFinal: true, now: NOW, roll: 0.5 }, START] satisfies LinkEvent[]) {
      expect(step(ready, event)).toEqual([ready, []]);
    }
    const waiting = play(START, ...open(1), closed(1006, '', 1));
    expect(step(waiting, closed(4403, '', 1))).toEqual([waiting, []]);
  });

  it('gives up as unavailable after so many attempts, though nobody said why it was lost', () => {
    const limited = decided(createLinkStep({ ...DEFAULT_TIMINGS, backoff: { ...DEFAULT_TIMINGS.backoff, maxAttempts: 3 } }));
    expect(limited(IDLE_LINK, { ...START, attempt: 3 })[0].tag).toBe('waiting');
    expect(limited(IDLE_LINK, { ...START, attempt: 4 })).toEqual([{ tag: 'stopped', generation: 0, code: 'unavailable', loss: { code: 1006, reason: '' } }, []]);
  });

  it('leaves without a timer, from every state', () => {
    for (const life of [[], [{ type: 'token-ready' }], open(1), greeted(1)] satisfies LinkEvent[][]) {
      for (const end of [{ type: 'stopped' }, closed(4403, '', 1)] satisfies LinkEvent[]) {
        const state = play(START, ...life, end);
        if (state.tag === 'idle' || state.tag === 'stopped') expect(linkTimer(state, DEFAULT_TIMINGS)).toBe(undefined);
      }
    }
    expect(play(START, ...greeted(1), { type: 'stopped' }).tag).toBe('idle');
    expect(play(START, ...greeted(1), closed(4403, '', 1)).tag).toBe('stopped');
  });
});
