// The table of one question.
import { describe, expect, it } from 'vitest';
import { createQueryStep, type QueryEffect, type QueryEvent, type QueryState } from '../../../src/core/queries/query.machine.js';
import { fired, machineTable } from '../table.js';

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
      'timer-fired': { limit: fired('limit') },
    },
    step: createQueryStep(10_000, startsAt),
  });

describe('query.machine', () => {
  it.each(['sent', 'call'] as const)('does what the table says (limit from the %s)', (startsAt) =>
    expect(tableOf(startsAt)).toMatchFileSnapshot(`../tables/query-${startsAt}.md`));
});
