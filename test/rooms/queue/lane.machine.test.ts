// One lane by the rules that it is built to (L1–L4, L8 of the reference, for a storage without ancestors).
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandFrame, ErrorFrame } from '../../../src/core/protocol/frames.js';
import { DEFAULT_REST_MS, type CommandDraft } from '../../../src/core/queue/lane.machine.js';
import { bindLane, type BoundEffect, type BoundLane } from './bound-lane.js';

const WINDOW = 3;
const RECORD_MS = 600_000;
let names: number;
let lane: BoundLane;
beforeEach(() => {
  names = 0;
  lane = bindLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });
});

const draft = (id: string, expiresAt = 100_000): CommandDraft => ({ id, name: 'post', input: id, expiresAt });
/** Effects as few words: `lane1 last=0 create`, `lane1#1 a`, `a sent 1`, `a done`. */
function told(effects: readonly BoundEffect[]): string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'say': {
        const { frame } = effect;
        if (frame.t === 'lane') return `${frame.lane} last=${frame.last}${frame.create === true ? ' create' : ''}`;
        if (frame.t === 'command') return `${frame.lane}#${frame.n} ${frame.id}${frame.void === true ? ' void' : ''}`;
        return frame.t;
      }
      case 'sent':
        return `${effect.id} sent ${effect.attempt}`;
      case 'settle':
        return `${effect.id} ${effect.outcome.kind}`;
      case 'rest':
        return `rest ${effect.ms}`;
    }
  });
}
const add = (id: string, link: number | null = 0, expiresAt?: number) => told(lane.add(draft(id, expiresAt), link, 0));
const ready = (now = 0) => told(lane.linkReady(0, now));
const lost = (now = 0) => lane.linkLost(0, now);
const laneIs = (last: number | null, name = `lane${names}`, window = WINDOW) => told(lane.laneAnswered({ t: 'lane', lane: name, last, fence: 'f' }, 0, 0, window));
const done = (id: string, now = 0) => told(lane.answered({ t: 'response', id }, 0, now, WINDOW));
const failed = (id: string, parts: Partial<ErrorFrame> = {}) => told(lane.answered({ t: 'error', id, code: 'rejected', message: '', final: true, ...parts }, 0, 0, WINDOW));

describe('L1 numbers', () => {
  it('asks for the lane before its first command, and numbers at the first send', () => {
    expect(add('a')).toEqual(['lane1 last=0 create']);
    expect(add('b')).toEqual([]);
    expect(laneIs(0)).toEqual(['a sent 1', 'lane1#1 a', 'b sent 1', 'lane1#2 b']);
    expect(add('c')).toEqual(['c sent 1', 'lane1#3 c']);
  });

  it('asks nothing while there is nothing to send, nor twice', () => {
    expect(ready()).toEqual([]);
    expect(add('a', null)).toEqual([]);
    expect(ready()).toEqual(['lane1 last=0 create']);
    expect(ready()).toEqual([]);
  });

  it('sends no more than the window, and goes on with each answer', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) add(id);
    expect(laneIs(0)).toHaveLength(2 * WINDOW);
    expect(done('a')).toEqual(['a done', 'd sent 1', 'lane1#4 d']);
    expect(failed('b')).toEqual(['b failed', 'e sent 1', 'lane1#5 e']);
    expect(done('c')).toEqual(['c done']);
  });

  it('tells how long a command is still wanted', () => {
    lane.add(draft('a', 5_000), 0, 0);
    const [, say] = lane.laneAnswered({ t: 'lane', lane: 'lane1', last: 0, fence: 'f' }, 0, 2_000, WINDOW);
    expect((say as { frame: CommandFrame }).frame.remainingMs).toBe(3_000);
  });
});

describe('L3 the next link', () => {
  beforeEach(() => {
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    laneIs(0);
    done('a');
    lost();
  });

  it('offers what was sent again, in order and under its numbers, only after the lane has answered', () => {
    expect(ready()).toEqual(['lane1 last=1']);
    expect(laneIs(1)).toEqual(['b sent 2', 'lane1#2 b', 'c sent 2', 'lane1#3 c', 'd sent 2', 'lane1#4 d']);
  });

  it('never sends again what was answered', () => {
    ready();
    expect(laneIs(3).join()).not.toContain('lane1#1');
  });

  it('the lane is forgotten: sent → outcome-unknown, waiting → a fresh lane', () => {
    add('e', null);
    ready();
    expect(laneIs(null)).toEqual(['b outcome-unknown', 'c outcome-unknown', 'd outcome-unknown', 'lane2 last=0 create']);
    expect(laneIs(0)).toEqual(['e sent 1', 'lane2#1 e']);
  });

  it('is forgotten with nothing left to send: the next command asks for a fresh lane', () => {
    lane = bindLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });
    add('x');
    laneIs(0);
    lost();
    ready();
    expect(laneIs(null)).toEqual(['x outcome-unknown']);
    expect(add('y')).toEqual([`lane${names} last=0 create`]);
  });

  it('the lane went back behind an answer, or knows numbers that were never given: as if forgotten', () => {
    ready();
    expect(laneIs(0)).toEqual(['b outcome-unknown', 'c outcome-unknown', 'd outcome-unknown']);
    lane = bindLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });
    add('x');
    expect(laneIs(1)[0]).toBe(`lane${names} last=0 create`);
  });

  it('ignores an answer of another lane, another link, or one that nobody asked for', () => {
    expect(laneIs(1)).toEqual([]);
    ready();
    expect(laneIs(1, 'lane9')).toEqual([]);
    expect(told(lane.laneAnswered({ t: 'lane', lane: 'lane1', last: 1, fence: 'f' }, 1, 0, WINDOW))).toEqual([]);
  });
});

describe('refusals', () => {
  it('L2 lane-conflict: another has used the number; sent → outcome-unknown, waiting → a fresh lane', () => {
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    laneIs(0);
    expect(failed('a', { code: 'lane-conflict' })).toEqual(['a outcome-unknown', 'b outcome-unknown', 'c outcome-unknown', 'lane2 last=0 create']);
    expect(failed('b', { code: 'lane-conflict' })).toEqual([]);
    expect(laneIs(0)).toEqual(['d sent 1', 'lane2#1 d']);
  });

  it('lane-unknown at the first attempt was certainly not run: sent again under a fresh lane, in order', () => {
    add('a');
    add('b');
    laneIs(0);
    expect(failed('a', { code: 'lane-unknown' })).toEqual(['lane1 last=0']);
    expect(failed('b', { code: 'lane-unknown' })).toEqual([]);
    expect(laneIs(null)).toEqual(['lane2 last=0 create']);
    expect(laneIs(0)).toEqual(['a sent 1', 'lane2#1 a', 'b sent 1', 'lane2#2 b']);
  });

  it('lane-unknown at a later attempt: nobody knows', () => {
    add('a');
    laneIs(0);
    lost();
    ready();
    laneIs(0);
    failed('a', { code: 'lane-unknown' });
    expect(laneIs(null)).toEqual(['a outcome-unknown']);
  });

  it('one that is not final rests the lane, then everything is offered again in order', () => {
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    laneIs(0);
    expect(failed('a', { code: 'unavailable', final: false, retryAfterMs: 700 })).toEqual(['rest 700']);
    expect(failed('b', { code: 'out-of-order', final: false })).toEqual([]);
    expect(add('e')).toEqual([]);
    expect(told(lane.rested(0))).toEqual(['lane1 last=0']);
    expect(laneIs(0)).toEqual(['a sent 2', 'lane1#1 a', 'b sent 2', 'lane1#2 b', 'c sent 2', 'lane1#3 c']);
    expect(failed('a', { final: false })).toEqual([`rest ${DEFAULT_REST_MS}`]);
    lost();
    expect(told(lane.rested(0))).toEqual([]);
  });

  it('a final one advances the lane', () => {
    for (const id of ['a', 'b']) add(id);
    laneIs(0);
    expect(failed('a', { code: 'poisoned' })).toEqual(['a failed']);
    lost();
    expect(ready()).toEqual(['lane1 last=1']);
  });

  it('an answer to what is not waited for changes nothing', () => {
    add('a');
    laneIs(0);
    done('a');
    expect([done('a'), failed('a'), done('z')]).toEqual([[], [], []]);
  });
});

describe('L1 void: expired or cancelled', () => {
  it('what waits ends at once', () => {
    add('a', null, 500);
    add('b', null, 900);
    expect(lane.nextExpiry).toBe(500);
    expect(told(lane.wake(499))).toEqual([]);
    expect(told(lane.wake(500))).toEqual(['a expired']);
    expect(told(lane.cancel('b', 0))).toEqual(['b cancelled']);
    expect([lane.pending, lane.nextExpiry]).toEqual([0, null]);
  });

  it.each(['cancelled', 'expired'] as const)('what was sent is offered as void, and ends as the server says (%s)', (how) => {
    add('a', 0, 500);
    add('b', 0, 500);
    laneIs(0);
    const giveUp = () => told(how === 'cancelled' ? [...lane.cancel('a', 500), ...lane.cancel('b', 500)] : lane.wake(500));
    expect(giveUp()).toEqual(['lane1#1 a void', 'lane1#2 b void']);
    expect(giveUp()).toEqual([]);
    expect(done('a')).toEqual(['a done']);
    expect(failed('b', { code: 'void' })).toEqual([`b ${how}`]);
  });

  it('without a link it goes out as void on the next one', () => {
    add('a');
    laneIs(0);
    lost();
    expect(told(lane.cancel('a', 0))).toEqual([]);
    ready();
    expect(laneIs(0)).toEqual(['a sent 2', 'lane1#1 a void']);
  });

  it('L8 whose record can no longer exist ends outcome-unknown: nothing hangs', () => {
    add('a', 0, 500);
    add('b', 0, RECORD_MS * 9);
    laneIs(0);
    lost(1_000);
    expect(told(lane.wake(500))).toEqual([]);
    expect(lane.nextExpiry).toBe(1_000 + RECORD_MS);
    expect(told(lane.wake(999 + RECORD_MS))).toEqual([]);
    expect(told(lane.wake(1_000 + RECORD_MS))).toEqual(['a outcome-unknown', 'b outcome-unknown']);
    expect([lane.pending, lane.nextExpiry]).toEqual([0, null]);
  });

  it('contact is counted from the last answer of the lane, also if the link is lost while it is asked for again', () => {
    add('a');
    laneIs(0);
    failed('a', { code: 'unavailable', final: false });
    expect(told(lane.rested(1_000))).toEqual(['lane1 last=0']);
    lost(1_000);
    lane.cancel('a', 2_000);
    expect(told(lane.wake(2_000))).toEqual([]);
    expect(told(lane.wake(RECORD_MS))).toEqual(['a outcome-unknown']);
  });

  it('contact is counted from the last one, not from a link on which the lane never answered', () => {
    add('a', 0, 500);
    laneIs(0);
    lost(1_000);
    lane.wake(500);
    ready(2_000);
    lost(3_000);
    expect(lane.nextExpiry).toBe(1_000 + RECORD_MS);
  });
});

describe('a server that makes no sense', () => {
  const conflict = { code: 'lane-conflict' } as const;
  const unknown = { code: 'lane-unknown' } as const;

  it('is asked for the lane at once, and then only after a rest', () => {
    add('a');
    expect(laneIs(7)).toEqual(['lane2 last=0 create']);
    expect(laneIs(7)).toEqual(['lane3 last=0 create']);
    expect(laneIs(7)).toEqual([`rest ${DEFAULT_REST_MS}`]);
    expect(told(lane.rested(1_000))).toEqual(['lane4 last=0 create']);
    expect(laneIs(null)).toEqual([`rest ${DEFAULT_REST_MS}`]);
    lane.rested(2_000);
    expect(laneIs(0)).toEqual(['a sent 1', 'lane5#1 a']);
    // One real answer, and the next surprise is looked into at once again.
    expect(done('a')).toEqual(['a done']);
    add('b');
    expect(failed('b', conflict)).toEqual(['b outcome-unknown']);
    expect(add('c')).toEqual(['lane6 last=0 create']);
  });

  it('is forgiven with each command that it answers: the lane is asked for at once after the next surprise too', () => {
    for (const round of [1, 2, 3, 4]) {
      for (const id of ['a', 'b', 'c', 'd']) add(`${id}${round}`);
      laneIs(0);
      expect(failed(`a${round}`, conflict).at(-1)).toBe(`lane${round + 1} last=0 create`);
      laneIs(0);
      expect(done(`d${round}`)).toEqual([`d${round} done`]);
    }
  });

  it('that confirms a lane and denies it again gets no loop out of us', () => {
    add('a');
    laneIs(0);
    expect(failed('a', unknown)).toEqual(['lane1 last=0']);
    expect(laneIs(1)).toEqual(['a sent 1', 'lane1#2 a']);
    expect(failed('a', unknown)).toEqual(['lane1 last=0']);
    expect(laneIs(2)).toEqual(['a sent 1', 'lane1#3 a']);
    expect(failed('a', unknown)).toEqual([`rest ${DEFAULT_REST_MS}`]);
  });

  it.each([
    [0, 100],
    [50, 100],
    [2_000, 2_000],
    [1e12, 60_000],
  ])('that asks for a rest of %i ms gets one of %i', (asked, given) => {
    add('a');
    laneIs(0);
    expect(failed('a', { code: 'unavailable', final: false, retryAfterMs: asked })).toEqual([`rest ${given}`]);
  });

  it('and never says how a withdrawn command ended: outcome-unknown after a minute, and the lane goes on', () => {
    for (const id of ['a', 'b']) add(id, 0, 500_000);
    laneIs(0);
    lane.add(draft('w', 900_000), 0, 0);
    lane.add(draft('x', 900_000), 0, 0);
    expect(told(lane.cancel('a', 1_000))).toEqual(['lane1#1 a void']);
    expect(lane.nextExpiry).toBe(61_000);
    expect(told(lane.wake(60_999))).toEqual([]);
    expect(told(lane.wake(61_000))).toEqual(['a outcome-unknown', 'b outcome-unknown', 'w outcome-unknown', 'lane2 last=0 create']);
    expect(lane.pending).toBe(1);
  });

  it('counts that minute from the link on which it could be said', () => {
    add('a', 0, 500_000);
    laneIs(0);
    lost(1_000);
    lane.cancel('a', 2_000);
    expect(lane.nextExpiry).toBe(1_000 + RECORD_MS);
    ready(300_000);
    expect(lane.nextExpiry).toBe(360_000);
  });
});

describe('L4 acknowledgements', () => {
  it('are not kept for a storage in memory: an answered command is gone, and its number stays given', () => {
    add('a');
    laneIs(0);
    done('a', 1_000);
    expect([lane.pending, lane.has('a'), lane.nextExpiry]).toEqual([0, false, null]);
    expect(done('a')).toEqual([]);
    lost();
    expect(ready()).toEqual([]);
    add('b', null);
    expect(ready()).toEqual(['lane1 last=1']);
  });
});

describe('L7 an outcome whose payload is not stored any more', () => {
  it('that was done ends result-expired and says where its events are; the lane goes on', () => {
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    laneIs(0);
    const positions = [{ channel: 'room:1', epoch: 'e', offset: 3 }];
    expect(lane.answered({ t: 'error', id: 'a', code: 'result-expired', message: '', final: true, positions }, 0, 0, WINDOW)[0]).toEqual({
      type: 'settle',
      id: 'a',
      outcome: { kind: 'result-expired', positions },
    });
    expect(failed('b', { code: 'result-expired' })).toEqual(['b result-expired']);
    expect(done('c')).toEqual(['c done']);
    lost();
    expect(ready()).toEqual(['lane1 last=3']);
  });

  it('that was withdrawn and had taken effect ends result-expired as well, and one that nobody knows outcome-unknown', () => {
    for (const id of ['a', 'b']) add(id);
    laneIs(0);
    for (const id of ['a', 'b']) lane.cancel(id, 0);
    expect(failed('a', { code: 'result-expired' })).toEqual(['a result-expired']);
    expect(failed('b', { code: 'outcome-unknown' })).toEqual(['b outcome-unknown']);
    expect(lane.pending).toBe(0);
  });
});

describe('abandon', () => {
  it('cancels what was never sent; what was sent has an unknown outcome', () => {
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    laneIs(0);
    done('a');
    expect(told(lane.abandon())).toEqual(['b outcome-unknown', 'c outcome-unknown', 'd outcome-unknown']);
    expect(lane.pending).toBe(0);
  });

  it('leaves no number behind that another user’s commands would wait for', () => {
    for (const id of ['a', 'b']) add(id);
    laneIs(0);
    lost();
    lane.abandon();
    // Neither had reached the server: the lane still stands at 0 there.
    expect(add('c')).toEqual(['lane2 last=0 create']);
    expect(laneIs(0)).toEqual(['c sent 1', 'lane2#1 c']);
  });
});

describe('a server that can never take a command, and says so each time', () => {
  it('does not keep who has withdrawn one waiting for longer than a lane is known', () => {
    add('a');
    laneIs(0);
    expect(told(lane.cancel('a', 1_000))).toEqual(['lane1#1 a void']);
    const settled: string[] = [];
    for (let now = 2_000; now < 1_000 + RECORD_MS + 10_000; now += 1_000) {
      const due = lane.nextExpiry;
      const effects = [
        ...lane.answered({ t: 'error', id: 'a', code: 'unavailable', message: '', final: false }, 0, now, WINDOW),
        ...lane.rested(now),
        ...lane.laneAnswered({ t: 'lane', lane: 'lane1', last: 0, fence: 'f' }, 0, now, WINDOW),
        ...(due !== null && due <= now ? lane.wake(now) : []),
      ];
      settled.push(...told(effects).filter((effect) => effect.startsWith('a outcome')));
    }
    expect([settled, lane.pending]).toEqual([['a outcome-unknown'], 0]);
  });
});

describe('a link that is lost while the lane is asked for again', () => {
  it('does not make the outcomes of sent commands unknown: the server had the lane a moment ago', () => {
    add('a');
    laneIs(0);
    add('b');
    lane.cancel('a', 1_000);
    failed('b', { code: 'unavailable', final: false });
    expect(told(lane.rested(2_000))).toEqual(['lane1 last=0']);
    lost(2_100);
    expect(told(lane.wake(2_200))).toEqual([]);
    expect(ready(3_000)).toEqual(['lane1 last=0']);
  });
});
