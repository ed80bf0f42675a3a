/** A kept answer and the channel that keeps it true, against a naive model: one list, one history, any interleaving. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/core/channels/channels.js';
import type { Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import { upsert } from '../../../src/core/data/define-view.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { createLayers, type Layers } from '../../../src/core/data/optimistic.js';
import { createLiveQuery, type Apply, type AskingQuery } from '../../../src/core/data/live-query.js';
import { RealtimeError } from '../../../src/core/errors.js';
import type { Answer } from '../../../src/core/payloads.js';
import type { Position } from '../../../src/core/protocol/position.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';
import { handOver } from './hand-over.js';

interface Item {
  readonly id: number;
}
interface Question {
  readonly answer: (answer: Answer, stamped: Position | null) => void;
  readonly asked: (isAsked: boolean) => void;
  isCancelled: boolean;
}

let questions: Question[];
let rewinds: (Position | null)[];
let errors: RealtimeError[];
let position: Position | null;
let reader: (Reader & { readonly isReader: true }) | Reader;
let query: AskingQuery;
let roll: number;
let clock: SimulatedClock;
let layers: Layers;
const live = { liveStatus: 'live', refusal: null } as const;

const eventAt = (offset: number, epoch = 'e'): ChannelEvent => ({ name: 'put', data: { id: offset }, offset, epoch, time: 0 });
const ids = (): number[] => ((query.get().data as Item[] | undefined) ?? []).map(({ id }) => id);
const items = (to: number): Item[] => Array.from({ length: to }, (_, index) => ({ id: index + 1 }));
const ok = (value: unknown): Answer => ({ ok: true, value });
const last = (): Question => questions.at(-1) as Question;
const hear = (...offsets: number[]): void => {
  position = { epoch: 'e', offset: offsets.at(-1) as number };
  handOver(reader, offsets.map((offset) => eventAt(offset)), position);
};

function make(isFollowing = true): void {
  questions = [];
  rewinds = [];
  errors = [];
  position = null;
  roll = 0;
  clock = createSimulatedClock();
  layers = createLayers();
  query = createLiveQuery({
    clock,
    dice: { roll: () => roll },
    flusher: createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: (error) => errors.push(error) }),
    layers,
    key: 'q',
    name: 'room:1',
    ask({ onAsked, onAnswer }) {
      const question: Question = { answer: onAnswer, asked: onAsked, isCancelled: false };
      questions.push(question);
      return () => void (question.isCancelled = true);
    },
    follow: isFollowing
      ? (joined) => {
          reader = joined;
          return {
            get position() {
              return position;
            },
            status: live,
            rejoin: () => {},
            rewind: (to) => void rewinds.push((position = to)),
            leave: () => {},
          } as Reading;
        }
      : null,
    onError: (error) => errors.push(error),
  });
  query.setApply(upsert('id') as unknown as Apply);
  query.start();
}

beforeEach(() => make());

describe('a query that follows', () => {
  it('holds what comes from its asking on, also after a wait', async () => {
    roll = 0.5;
    position = { epoch: 'e', offset: 2 };
    query.fenceChanged();
    const before = questions.length;
    await clock.run(clock.now() + 2_000);
    expect(questions.length).toBe(before + 1);
    hear(3, 4);
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    expect([ids(), rewinds]).toEqual([[1, 2, 3, 4], []]);
  });

  it('shows nothing of a question that another one has replaced', () => {
    query.refetch();
    const [first] = questions;
    query.fenceChanged();
    first?.asked(true);
    expect(query.get().fetchStatus).toBe('paused');
  });

  it('applies what came during the load from the stamp on, once', () => {
    position = { epoch: 'e', offset: 2 };
    make();
    position = { epoch: 'e', offset: 2 };
    query.refetch();
    query.fenceChanged();
    hear(3, 4);
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    hear(5);
    expect(ids()).toEqual([1, 2, 3, 4, 5]);
    expect(rewinds).toEqual([]);
  });

  it('asks the channel again from the stamp if it was not there yet', () => {
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    expect(rewinds).toEqual([{ epoch: 'e', offset: 3 }]);
    hear(4);
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('takes nothing from before the stamp, during the load or after it', () => {
    position = { epoch: 'e', offset: 0 };
    query.fenceChanged();
    hear(1);
    last().answer(ok([{ id: 9 }]), { epoch: 'e', offset: 3 });
    hear(2, 3);
    expect(ids()).toEqual([9]);
    hear(4);
    expect(ids()).toEqual([9, 4]);
  });

  it('goes back to the stamp if the channel began after it', () => {
    // Stamped at 3; the channel answers at 5 and 6 comes, all before the answer: 4 and 5 would be missing.
    position = { epoch: 'e', offset: 5 };
    reader.onStatus(live);
    hear(6);
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    expect(rewinds).toEqual([{ epoch: 'e', offset: 3 }]);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('discards a load that a gap falls into, and asks again', () => {
    const first = last();
    reader.onGap({ reason: 'epoch', missed: null });
    expect(first.isCancelled).toBe(true);
    expect(questions).toHaveLength(2);
    first.answer(ok(items(9)), { epoch: 'e', offset: 9 });
    expect(query.get().data).toBeUndefined();
  });

  it('folds nothing between a gap and the next answer', () => {
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    reader.onGap({ reason: 'epoch', missed: null });
    last().answer({ ok: false, error: new RealtimeError('unavailable', 'not now') }, null);
    hear(90, 91);
    expect(ids()).toEqual([1, 2, 3]);
    expect(query.get()).toMatchObject({ status: 'error', isStale: true });
    query.reconnected();
    last().answer(ok(items(92)), { epoch: 'e', offset: 92 });
    expect(ids()).toHaveLength(92);
    expect(query.get()).toMatchObject({ status: 'success', isStale: false });
  });

  it('loses nothing to a refetch that fails', () => {
    position = { epoch: 'e', offset: 3 };
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    query.refetch();
    hear(4);
    last().answer({ ok: false, error: new RealtimeError('timeout', 'late') }, null);
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('an event that was left out is no reason to ask again', () => {
    last().answer(ok(items(1)), { epoch: 'e', offset: 1 });
    reader.onGap({ reason: 'invalid', missed: { from: 2, to: 2 } });
    expect(questions).toHaveLength(1);
  });

  it('an apply that throws leaves its event out and is reported', () => {
    last().answer(ok(items(1)), { epoch: 'e', offset: 1 });
    query.setApply(() => {
      throw new Error('mine');
    });
    hear(2);
    expect(ids()).toEqual([1]);
    expect(errors.map(({ code }) => code)).toEqual(['misuse']);
  });

  it('shows nothing of the former user', () => {
    last().answer(ok(items(1)), { epoch: 'e', offset: 1 });
    query.forget();
    expect(query.get()).toMatchObject({ data: undefined, status: 'pending', dataUpdatedAt: 0 });
  });

  it('is asked again at once after a gap, and ever later while gaps go on', () => {
    roll = 1;
    const waits = Array.from({ length: 9 }, () => {
      const before = questions.length;
      reader.onGap({ reason: 'epoch', missed: null });
      const from = clock.now();
      while (questions.length === before) clock.step();
      return clock.now() - from;
    });
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 0, 1_000, 2_000]);
  });

  it('is asked again though gaps or changes of fence come faster than it waits: they do not put off a question that waits', () => {
    for (const lose of [() => reader.onGap({ reason: 'trimmed', missed: null }), () => query.fenceChanged()]) {
      make();
      roll = 1;
      const before = questions.length;
      for (let ms = 0; ms < 60_000; ms += 900) {
        lose();
        clock.advance(900);
      }
      expect(questions.length - before).toBeGreaterThan(4);
    }
  });

  it('says that it is stale after an answer that does not say where it joins on', () => {
    position = { epoch: 'e', offset: 1 };
    query.refetch();
    last().answer(ok(items(1)), { epoch: 'e', offset: 1 });
    expect(query.get().isStale).toBe(false);
    query.refetch();
    hear(2);
    last().answer(ok(items(1)), null);
    expect([ids(), query.get().isStale]).toEqual([[1], true]);
  });

  it('is asked again some time within a second after a change of fence', () => {
    roll = 0.5;
    query.fenceChanged();
    expect([questions.length, questions[0]?.isCancelled, query.get().fetchStatus]).toEqual([1, true, 'paused']);
    clock.advance(499);
    expect(questions).toHaveLength(1);
    clock.advance(1);
    expect(questions).toHaveLength(2);
  });

  it('that nobody looks at any more does not ask later', () => {
    roll = 1;
    query.fenceChanged();
    query.stop();
    clock.advance(60_000);
    expect([questions.length, clock.pending]).toEqual([1, 0]);
  });
});

describe('any query', () => {
  it('that follows nothing is not asked again by itself when it had no answer in time', async () => {
    make(false);
    last().answer({ ok: false, error: new RealtimeError('timeout', 'late') }, null);
    await clock.run(clock.now() + 120_000);
    expect([questions.length, query.get().status]).toEqual([1, 'error']);
  });

  it('that follows nothing is asked again when its answer was left out for an edit, though the command failed', () => {
    make(false);
    last().answer(ok(items(1)), null);
    layers.add('a', [{ key: 'q', edit: (data) => data }]);
    query.refetch();
    last().answer(ok(items(2)), null);
    expect(ids()).toEqual([1]);
    layers.settle('a', null);
    expect(questions.length).toBe(3);
    last().answer(ok(items(3)), null);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('takes `undefined` for the answer that it is', () => {
    last().answer(ok(undefined), { epoch: 'e', offset: 0 });
    expect(query.get()).toMatchObject({ data: undefined, status: 'success', isPending: false });
  });

  it('without a channel keeps nothing of a former user either', () => {
    make(false);
    last().answer(ok('secret'), null);
    query.forget();
    expect(query.get()).toMatchObject({ data: undefined, status: 'pending' });
    expect(questions).toHaveLength(2);
  });

  it('asks once however often it is asked to, and says whether it waits for a link', () => {
    expect(query.get().fetchStatus).toBe('paused');
    last().asked(true);
    expect(query.get()).toMatchObject({ fetchStatus: 'fetching', isFetching: true, isPending: true });
    query.refetch();
    query.refetch();
    expect(questions).toHaveLength(1);
    last().answer(ok([]), { epoch: 'e', offset: 0 });
    expect(query.get()).toMatchObject({ fetchStatus: 'idle', isSuccess: true, dataUpdatedAt: clock.wall() });
  });

  it('that follows nothing is asked again after a reconnect; one that follows goes on', () => {
    last().answer(ok([]), { epoch: 'e', offset: 0 });
    query.reconnected();
    expect(questions).toHaveLength(1);
    make(false);
    last().answer(ok([]), null);
    query.reconnected();
    expect(questions).toHaveLength(2);
  });

  it('cancels what is under way when nobody looks any more', () => {
    query.stop();
    expect(last().isCancelled).toBe(true);
  });
});

it('is right in every interleaving of events, answers, refetches and failures', () => {
  /** Three things, each with the offset of the event that set it last. */
  const setBy = (offset: number): ChannelEvent => ({ name: 'put', data: { id: offset % 3, at: offset }, offset, epoch: 'e', time: 0 });
  const stateAt = (top: number): { id: number; at: number }[] =>
    [0, 1, 2].flatMap((id) => {
      const at = Array.from({ length: top }, (_, index) => top - index).find((offset) => offset % 3 === id);
      return at === undefined ? [] : [{ id, at }];
    });
  const sorted = (list: readonly { id: number }[]) => [...list].sort((a, b) => a.id - b.id);

  fc.assert(
    fc.property(fc.array(fc.constantFrom('publish', 'deliver', 'stamp', 'answer', 'fail', 'refetch'), { maxLength: 60 }), (steps) => {
      make();
      position = { epoch: 'e', offset: 0 };
      query.fenceChanged();
      let top = 0;
      let stamp: number | null = null;
      const deliver = (): void => {
        // The channel goes on from where the reader stands, as a subscription from its position does.
        const from = position?.offset ?? 0;
        if (top === from) return;
        position = { epoch: 'e', offset: top };
        handOver(reader, Array.from({ length: top - from }, (_, index) => setBy(from + index + 1)), position);
      };
      const answer = (): void => {
        // The handler reads after the stamp: it may see more than the stamp says.
        last().answer(ok(stateAt(top)), { epoch: 'e', offset: stamp ?? top });
        stamp = null;
      };
      for (const step of steps) {
        const isLoading = query.get().fetchStatus !== 'idle';
        if (step === 'publish') top++;
        if (step === 'deliver') deliver();
        if (step === 'stamp' && isLoading) stamp ??= top;
        if (step === 'answer' && isLoading) answer();
        if (step === 'refetch') query.refetch();
        if (step === 'fail' && isLoading) {
          last().answer({ ok: false, error: new RealtimeError('timeout', 'late') }, null);
          stamp = null;
        }
      }
      if (query.get().fetchStatus !== 'idle') answer();
      top += 2;
      deliver();
      if (query.get().data !== undefined) expect(sorted(query.get().data as { id: number }[])).toEqual(sorted(stateAt(top)));
    }),
    { numRuns: 500 },
  );
});

describe('edits over a query', () => {
  const edit = (list: unknown) => [...(list as Item[]), { id: 99 }];
  const at = (offset: number, epoch = 'e') => ({ channel: 'room:1', epoch, offset });
  const by = (offset: number, command: string): void => {
    position = { epoch: 'e', offset };
    handOver(reader, [{ ...eventAt(offset), command }], position);
  };
  /** One edit over an answer as of 3. */
  function begin(isFollowing = true): void {
    make(isFollowing);
    position = isFollowing ? { epoch: 'e', offset: 3 } : null;
    last().answer(ok(items(3)), isFollowing ? { epoch: 'e', offset: 3 } : null);
    layers.add('a', [{ key: 'q', edit }]);
    expect(ids()).toEqual([1, 2, 3, 99]);
  }

  it('go with the event of their command', () => {
    begin();
    by(4, 'another');
    expect(ids()).toEqual([1, 2, 3, 4, 99]);
    by(5, 'a');
    expect(ids()).toEqual([1, 2, 3, 4, 5]);
  });

  it('go when the channel has passed the position of the outcome', () => {
    begin();
    layers.settle('a', [at(5)]);
    hear(4);
    expect(ids()).toEqual([1, 2, 3, 4, 99]);
    position = { epoch: 'e', offset: 5 };
    handOver(reader, [], position);
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it.each([[at(3)], [at(1)], [at(1, 'f')]])('go with the outcome if the data is as of %o already', (named) => {
    begin();
    layers.settle('a', [named]);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('stay over the old data while an answer is on its way, and go with one that is stamped behind the outcome', () => {
    begin();
    query.refetch();
    by(4, 'a');
    layers.settle('a', [at(4)]);
    expect(ids()).toEqual([1, 2, 3, 99]);
    last().answer(ok(items(4)), { epoch: 'e', offset: 4 });
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('go when the answer has what was held, known by the command before there is an outcome', () => {
    begin();
    query.refetch();
    by(4, 'a');
    last().answer(ok(items(4)), { epoch: 'e', offset: 4 });
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('go when the answer has what was held, though the channel is asked again from the stamp', () => {
    begin();
    position = null;
    query.fenceChanged();
    by(4, 'a');
    last().answer(ok(items(4)), { epoch: 'e', offset: 4 });
    expect(rewinds.at(-1)).toEqual({ epoch: 'e', offset: 4 });
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('are judged by the stamp where the channel has not come so far, and by the channel where it is ahead', () => {
    begin();
    position = { epoch: 'e', offset: 1 };
    layers.settle('a', [at(3)]);
    expect(ids()).toEqual([1, 2, 3]);
    begin();
    hear(4, 5);
    layers.settle('a', [at(5)]);
    expect(ids()).toEqual([1, 2, 3, 4, 5]);
    begin();
    // Another epoch continued the channel; the stamp is of the former one.
    position = { epoch: 'f', offset: 4 };
    handOver(reader, [eventAt(4, 'f')], position);
    layers.settle('a', [at(5, 'f')]);
    expect(ids()).toEqual([1, 2, 3, 4, 99]);
  });

  it('go with the next answer, or its failure, where the answer joins on to nothing', () => {
    for (const answer of [ok(items(4)), { ok: false, error: new RealtimeError('timeout', '') } as const]) {
      make();
      last().answer(ok(items(3)), null);
      layers.add('a', [{ key: 'q', edit }]);
      layers.settle('a', [at(5)]);
      expect([questions.length, ids()]).toEqual([2, [1, 2, 3, 99]]);
      last().answer(answer, null);
      expect(ids()).toEqual(answer.ok ? [1, 2, 3, 4] : [1, 2, 3]);
    }
  });

  it('go soon after their outcome though a question waits after many gaps: it is asked at once', () => {
    roll = 1;
    last().answer(ok(items(3)), { epoch: 'e', offset: 3 });
    for (let gap = 0; gap < 5; gap++) {
      reader.onGap({ reason: 'trimmed', missed: null });
      clock.advance(5_000);
    }
    reader.onGap({ reason: 'trimmed', missed: null });
    const before = questions.length;
    layers.add('a', [{ key: 'q', edit }]);
    layers.settle('a', [at(5)]);
    expect(questions.length).toBe(before + 1);
    last().answer(ok(items(5)), at(5));
    expect(ids()).toEqual([1, 2, 3, 4, 5]);
  });

  it('go where the channel is refused', () => {
    begin();
    layers.settle('a', [at(5)]);
    reader.onStatus({ liveStatus: 'idle', refusal: 'kicked' });
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('are forgotten with the user, and when nobody looks any more', () => {
    begin();
    layers.settle('a', [at(5)]);
    query.forget();
    last().answer(ok([]), { epoch: 'e', offset: 3 });
    expect(ids()).toEqual([]);
    query.stop();
    layers.add('b', [{ key: 'q', edit }]);
    expect(ids()).toEqual([]);
  });

  describe('where nothing is followed', () => {
    it('go with the answer to a question that is asked after the outcome, or with its failure', () => {
      for (const answer of [ok(items(4)), { ok: false, error: new RealtimeError('timeout', '') } as const]) {
        begin(false);
        layers.settle('a', []);
        expect([questions.length, ids()]).toEqual([2, [1, 2, 3, 99]]);
        last().answer(answer, null);
        expect(ids()).toEqual(answer.ok ? [1, 2, 3, 4] : [1, 2, 3]);
      }
    });

    it('are not asked about when the command failed, or was of others', () => {
      begin(false);
      layers.add('b', [{ key: 'another', edit }]);
      layers.settle('b', []);
      layers.settle('a', null);
      expect([questions.length, ids()]).toEqual([1, [1, 2, 3]]);
    });

    it('stay over the old data while one is pending: an answer may have what it shows', () => {
      begin(false);
      layers.add('b', [{ key: 'q', edit }]);
      query.refetch();
      layers.settle('a', []);
      last().answer(ok(items(4)), null);
      expect(ids()).toEqual([1, 2, 3, 99, 99]);
      expect(questions).toHaveLength(2);
      // Asked when the last outcome is known, be it a failure: an answer was passed over.
      layers.settle('b', null);
      expect([questions.length, ids()]).toEqual([3, [1, 2, 3, 99]]);
      last().answer(ok(items(5)), null);
      expect(ids()).toEqual([1, 2, 3, 4, 5]);
    });

    it('are asked about anew if the outcome comes while an older question is on its way', () => {
      begin(false);
      query.refetch();
      const older = last();
      layers.settle('a', []);
      expect([questions.length, older.isCancelled]).toEqual([3, true]);
    });

    it('are asked about though the last of them threw', () => {
      begin(false);
      layers.add('b', [{ key: 'q', edit: () => (undefined as never as { no(): unknown }).no() }]);
      layers.settle('a', []);
      expect(ids()).toEqual([1, 2, 3, 99]);
      layers.settle('b', []);
      expect(questions).toHaveLength(2);
      last().answer(ok(items(5)), null);
      expect([ids(), errors.length]).toEqual([[1, 2, 3, 4, 5], 1]);
    });
  });
});
