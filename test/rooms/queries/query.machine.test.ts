// The table of one question.
import { describe, expect, it } from 'vitest';
import { queryTimer, stepQuery, type QueryEffect, type QueryEvent, type QueryState } from '../../../src/core/queries/query.machine.js';
import { decided, fired, machineTable } from '../table.js';

const tableOf = (startsAt: 'sent' | 'call'): string =>
  machineTable<QueryState['tag'], QueryState, QueryEvent, QueryEffect>({
    title: `Query, its limit from the ${startsAt === 'sent' ? 'sending' : 'call'}`,
    about: 'Its limit is 10,000 ms. It was asked over link 0.',
    states: { waiting: { waiting: { tag: 'waiting' } }, asked: { asked: { tag: 'asked', link: 0 } }, ended: { ended: { tag: 'ended' } } },
    kindOf: (state) => state.tag,
    events: {
      'link-ready': { 'link-ready 0': { type: 'link-ready', link: 0 }, 'link-ready 1': { type: 'link-ready', link: 1 } },
      'link-lost': { 'link-lost 0': { type: 'link-lost', link: 0 }, 'link-lost 1': { type: 'link-lost', link: 1 } },
      answered: { 'answered over 0': { type: 'answered', link: 0 }, 'answered over 1': { type: 'answered', link: 1 } },
      cancelled: { cancelled: { type: 'cancelled' } },
      'timer-fired': { limit: fired() },
    },
    step: stepQuery,
    timer: (state) => queryTimer(state, 10_000, startsAt),
  });

describe('query.machine', () => {
  it.each(['sent', 'call'] as const)('does what the table says (limit from the %s)', (startsAt) =>
    expect(tableOf(startsAt)).toMatchFileSnapshot(`../tables/query-${startsAt}.md`));
});

describe.each(['sent', 'call'] as const)('one question whose limit runs from the %s', (startsAt) => {
  const step = decided(stepQuery);
  const timerOf = (state: QueryState) => queryTimer(state, 10_000, startsAt);
  const isFromSending = startsAt === 'sent';
  const ASKED: QueryState = { tag: 'asked', link: 0 };
  const ENDED: QueryState = { tag: 'ended' };
  const ends = (state: QueryState, event: QueryEvent): readonly string[] => step(state, event)[1].flatMap((effect) => (effect.type === 'end' ? [effect.how] : []));
  const ALL: readonly QueryEvent[] = [{ type: 'link-ready', link: 0 }, { type: 'link-ready', link: 1 }, { type: 'link-lost', link: 0 }, { type: 'answered', link: 0 }, { type: 'cancelled' }, fired()];

  it('has one limit, which a new link does not begin anew if it runs from the call, and none when it has ended', () => {
    expect(timerOf(ASKED)).toEqual(['limit', 10_000]);
    expect(timerOf({ tag: 'waiting' })).toEqual(isFromSending ? undefined : timerOf(ASKED));
    expect(timerOf(ENDED)).toBe(undefined);
  });

  it('is asked over the first link that is ready, and over no second one while that lives', () => {
    const ask = { type: 'ask', link: 1 };
    expect(step({ tag: 'waiting' }, { type: 'link-ready', link: 1 })).toEqual([{ tag: 'asked', link: 1 }, [ask]]);
    expect(step(ASKED, { type: 'link-ready', link: 1 })).toEqual([ASKED, []]);
  });

  it('waits again when its own link is lost, and only then', () => {
    expect(step(ASKED, { type: 'link-lost', link: 0 })).toEqual([{ tag: 'waiting' }, []]);
    expect(step(ASKED, { type: 'link-lost', link: 1 })).toEqual([ASKED, []]);
    expect(step({ tag: 'waiting' }, { type: 'link-lost', link: 0 })).toEqual([{ tag: 'waiting' }, []]);
  });

  it('takes an answer over the link on which it was asked, and only while it is asked', () => {
    expect(step(ASKED, { type: 'answered', link: 0 })).toEqual([ENDED, [{ type: 'end', how: 'answered' }]]);
    for (const [state, link] of [[ASKED, 1], [{ tag: 'waiting' }, 0]] as const) expect(step(state, { type: 'answered', link })).toEqual([state, []]);
  });

  it('tells the server that nobody waits any more, if the server was asked', () => {
    const goodbye = { type: 'say-cancel', link: 0 };
    expect(step(ASKED, { type: 'cancelled' })[1]).toEqual([goodbye, { type: 'end', how: 'cancelled' }]);
    expect(step(ASKED, fired())[1]).toEqual([goodbye, { type: 'end', how: 'timeout' }]);
    expect(step({ tag: 'waiting' }, { type: 'cancelled' })[1]).not.toContainEqual(goodbye);
    expect(step({ tag: 'waiting' }, fired())[1]).toEqual([{ type: 'end', how: 'timeout' }]);
  });

  it('ends exactly once, whatever comes, and is deaf afterwards', () => {
    for (const state of [{ tag: 'waiting' }, ASKED] satisfies QueryState[]) {
      for (const event of ALL) {
        const [next] = step(state, event);
        expect(ends(state, event)).toHaveLength(next.tag === 'ended' ? 1 : 0);
      }
    }
    for (const event of ALL) expect(step(ENDED, event)).toEqual([ENDED, []]);
  });
});
