// An outbox as plain data: restored elsewhere it goes on as the original would have done, and malformed data is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientFrame, CommandFrame, ErrorFrame } from '../../../src/core/protocol/frames.js';
import { DEFAULT_BOUNDS } from '../../../src/core/options.js';
import { restoreOutbox, snapshotOutbox, type OutboxSnapshot } from '../../../src/core/queue/outbox-snapshot.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';
import { loneOutbox } from './lone-outbox.js';

const COMMAND_MS = 10_000;

/** One outbox and what a test knows of its server: the frames that were not answered. */
function setUp(clock: SimulatedClock = createSimulatedClock()) {
  const log: string[] = [];
  const open: ClientFrame[] = [];
  let link: number | null = null;
  let ids = 0;
  let names = 0;
  const outbox = loneOutbox({
    clock,
    dice: { id: () => `${ids}-${++names}`, roll: () => 0.5 },
    bounds: DEFAULT_BOUNDS,
    commandMs: COMMAND_MS,
    any: () => link,
    send(frame, over) {
      log.push(`${over} ${JSON.stringify(frame)}`);
      open.push(frame);
      return true;
    },
    hold: () => (log.push('hold'), () => log.push('release')),
    window: 3,
  });
  const onOutcome = (id: string, kind: string): void => void log.push(`${id} ends ${kind}`);
  const take = <T extends ClientFrame['t']>(t: T): Extract<ClientFrame, { t: T }> | undefined => {
    const index = open.findIndex((frame) => frame.t === t);
    return index < 0 ? undefined : (open.splice(index, 1)[0] as Extract<ClientFrame, { t: T }>);
  };
  const rig = {
    clock,
    outbox,
    log,
    onOutcome,
    snapshot: () => snapshotOutbox(outbox, clock),
    /** From here on names are given as in another rig after the same call. */
    split(count: number) {
      ids = 1_000 + count;
      names = 0;
      open.length = 0;
      log.length = 0;
    },
    ids: () => ids,
    send(lane: string, input: unknown = `input ${ids}`) {
      const id = `c${ids++}`;
      outbox.send({ id, name: 'post', lane, input, bytes: 9, onOutcome: ({ kind }) => onOutcome(id, kind) });
    },
    cancel: (which: number) => outbox.cancel(outbox.status.commands[which]?.id ?? ''),
    ready(next: number) {
      link ??= next;
      outbox.resume(link);
    },
    lost() {
      const lost = link;
      link = null;
      if (lost !== null) outbox.onLinkLost(lost);
    },
    lane(answer: 'head' | 'forgotten' | 'absurd') {
      const asked = take('lane');
      if (asked === undefined || link === null) return;
      const last = { head: asked.last, forgotten: null, absurd: 999 }[answer];
      outbox.onFrame({ t: 'lane', lane: asked.lane, last, fence: 'f' }, link);
    },
    answer(code: 'done' | ErrorFrame['code']) {
      const command = take('command');
      if (command === undefined || link === null) return;
      const { id } = command;
      outbox.onFrame(code === 'done' ? { t: 'response', id } : { t: 'error', id, code, message: '', final: code !== 'unavailable' }, link);
    },
    drain() {
      for (let i = 0; i < 100; i++) {
        rig.lane('head');
        rig.answer('done');
      }
    },
  };
  return rig;
}
type Rig = ReturnType<typeof setUp>;

const acts: fc.Arbitrary<(to: Rig) => void> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('main', 'side').map((lane) => (to: Rig) => to.send(lane)) },
  { weight: 1, arbitrary: fc.nat(5).map((which) => (to: Rig) => to.cancel(which)) },
  { weight: 3, arbitrary: fc.nat(1).map((link) => (to: Rig) => to.ready(link)) },
  { weight: 1, arbitrary: fc.constant((to: Rig) => to.lost()) },
  { weight: 5, arbitrary: fc.constantFrom('head', 'head', 'head', 'head', 'forgotten', 'absurd').map((answer) => (to: Rig) => to.lane(answer as 'head')) },
  { weight: 5, arbitrary: fc.constantFrom('done', 'done', 'rejected', 'void', 'unavailable', 'lane-unknown', 'lane-conflict').map((code) => (to: Rig) => to.answer(code as 'done')) },
  { weight: 2, arbitrary: fc.constantFrom(100, 1_000, 5_000, 20_000, 61_000, 600_000).map((ms) => (to: Rig) => to.clock.advance(ms)) },
);
const script = fc.array(acts, { minLength: 5, maxLength: 40 });

/** Another outbox by another clock, with what the first one has stored. */
function restored(from: Rig, stored: unknown = JSON.parse(JSON.stringify(from.snapshot()))): Rig {
  const clock = createSimulatedClock();
  clock.advance(123_456);
  const to = setUp(clock);
  restoreOutbox(to.outbox, stored, { clock, link: null, onOutcome: ({ id }, { kind }) => to.onOutcome(id, kind) });
  return to;
}

describe('snapshot and restore', () => {
  it('gives the same effects for the same later events', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(script, script, (before, after) => {
        const original = setUp();
        for (const act of before) act(original);
        const snapshot = original.snapshot();
        const copy = restored(original, JSON.parse(JSON.stringify(snapshot)));
        expect(copy.snapshot()).toEqual(snapshot);
        // The page has gone, and with it its links.
        original.lost();
        for (const command of snapshot.commands) reached.add(command.sent === undefined ? 'waiting' : (command.sent.voided?.why ?? 'sent'));
        const count = original.ids();
        original.split(count);
        copy.split(count);
        expect(copy.snapshot()).toEqual(original.snapshot());
        for (const act of after) {
          act(original);
          act(copy);
          expect(copy.log).toEqual(original.log);
          expect(copy.snapshot()).toEqual(original.snapshot());
        }
        expect(copy.clock.pending).toBe(original.clock.pending);
      }),
      { numRuns: 500 },
    );
    expect([...reached].sort()).toEqual(['cancelled', 'expired', 'sent', 'waiting']);
  });

  it('offers what was sent again under its number, only when the server has the lane', () => {
    const page = setUp();
    page.ready(0);
    page.send('main', { text: 'a' });
    page.lane('head');
    page.send('main');
    page.answer('done');
    page.outbox.cancel('c1');
    page.send('main');
    page.clock.advance(1_000);
    const next = restored(page);
    expect(next.outbox.status).toMatchObject({ pending: 2, sent: 2, bytes: page.outbox.status.bytes });
    const at = next.clock.wall() - 1_000;
    expect(next.outbox.status.commands).toMatchObject([{ id: 'c1', name: 'post', status: 'sent', attempt: 1, at }, { id: 'c2', input: 'input 2', status: 'sent', attempt: 1, at }]);
    next.ready(4);
    expect(next.log).toEqual(['hold', '4 {"t":"lane","lane":"main.1-1","last":1}']);
    next.lane('head');
    expect(next.log.slice(2).map((line) => JSON.parse(line.slice(2)) as CommandFrame)).toMatchObject([
      { lane: 'main.1-1', n: 2, id: 'c1', void: true },
      { lane: 'main.1-1', n: 3, id: 'c2', input: 'input 2' },
    ]);
    expect(next.outbox.status.commands).toMatchObject([{ id: 'c1', attempt: 2 }, { id: 'c2', attempt: 2 }]);
    next.drain();
    expect(next.log.slice(-3)).toEqual(['c1 ends done', 'c2 ends done', 'release']);
  });

  it('ends what was sent outcome-unknown when the server has forgotten the lane; the rest goes on in a fresh one', () => {
    const page = setUp();
    page.ready(0);
    page.send('main');
    page.lane('head');
    page.lost();
    page.send('main');
    const next = restored(page);
    next.ready(0);
    next.lane('forgotten');
    next.drain();
    expect(next.log.filter((line) => line.includes('ends'))).toEqual(['c0 ends outcome-unknown', 'c1 ends done']);
  });

  it('asks for the lanes at once over a link that is ready already, and holds a link and a timer', () => {
    const page = setUp();
    page.send('main');
    const snapshot = page.snapshot();
    const next = setUp();
    restoreOutbox(next.outbox, snapshot, { clock: next.clock, link: 7, onOutcome: () => {} });
    expect(next.log).toEqual(['7 {"t":"lane","lane":"main.1-1","last":0,"create":true}', 'hold']);
    expect(next.clock.pending).toBe(1);
  });

  it('counts what a command has waited, by time that remains', () => {
    const page = setUp();
    page.send('main');
    page.clock.advance(4_000);
    const next = restored(page);
    next.clock.advance(COMMAND_MS - 4_001);
    expect(next.outbox.status.pending).toBe(1);
    next.clock.advance(1);
    expect(next.log).toEqual(['hold', 'c0 ends expired', 'release']);
  });

  it('leaves out a command whose outcome is being reported', () => {
    const page = setUp();
    const seen: OutboxSnapshot[] = [];
    page.outbox.send({ id: 'a', name: 'post', lane: 'main', input: 1, bytes: 1, onOutcome: () => seen.push(page.snapshot()) });
    page.outbox.send({ id: 'b', name: 'post', lane: 'main', input: 1, bytes: 1, onOutcome: () => seen.push(page.snapshot()) });
    page.outbox.dispose();
    expect(seen.map(({ commands }) => commands)).toEqual([[], []]);
  });

  it('refuses an outbox that was used already', () => {
    const page = setUp();
    page.send('main');
    expect(() => restoreOutbox(page.outbox, page.snapshot(), { clock: page.clock, link: null, onOutcome: () => {} })).toThrow(expect.objectContaining({ code: 'misuse' }));
  });
});

describe('malformed data', () => {
  const page = setUp();
  page.ready(0);
  page.send('main');
  page.lane('head');
  page.send('main');
  page.outbox.cancel('c1');
  page.send('side');
  const good = page.snapshot();
  /** The snapshot with one place changed, `commands.0.sent.n`. */
  const changed = (path: string, value: unknown): unknown => {
    const copy = structuredClone(good) as unknown as Record<string, never>;
    const keys = path.split('.');
    const last = keys.pop() as string;
    const holder = keys.reduce<Record<string, unknown>>((item, key) => item[key] as Record<string, unknown>, copy);
    holder[last] = value;
    return copy;
  };
  const restore = (data: unknown) => {
    const next = setUp();
    try {
      restoreOutbox(next.outbox, data, { clock: next.clock, link: 0, onOutcome: () => {} });
      return null;
    } catch (cause) {
      expect(cause).toMatchObject({ name: 'RealtimeError', code: 'invalid' });
      // All or nothing.
      expect([next.outbox.status.pending, next.outbox.lanes.size, next.log]).toEqual([0, 0, []]);
      return (cause as Error).message;
    }
  };

  it('restores what it is a change of', () => expect(restore(good)).toBeNull());

  it.each<[unknown, string]>([
    [null, 'it'],
    ['{}', 'it'],
    [[], 'it'],
    [{}, 'v is undefined, and this version reads 1'],
    [changed('v', 2), 'v is 2, and this version reads 1'],
    [changed('lanes', {}), 'lanes'],
    [changed('lanes.0', null), 'lanes[0]'],
    [changed('lanes.1.name', 'main'), 'lanes[1].name'],
    [changed('lanes.0.name', 5), 'lanes[0].name'],
    [changed('lanes.0.wireName', ''), 'lanes[0].wireName'],
    [changed('lanes.0.isCreated', 1), 'lanes[0].isCreated'],
    [changed('lanes.0.isCreated', false), 'commands[0].sent.n'],
    [changed('lanes.0.refusals', -1), 'lanes[0].refusals'],
    [changed('lanes.0.answeredTo', 0.5), 'lanes[0].answeredTo'],
    [changed('lanes.0.next', 0), 'lanes[0].next'],
    [changed('lanes.0.recordMs', '1'), 'lanes[0].recordMs'],
    [changed('lanes.0.recordMs', -1), 'lanes[0].recordMs'],
    [changed('commands', undefined), 'commands'],
    [changed('commands.1', 'c1'), 'commands[1]'],
    [changed('commands.0.id', ''), 'commands[0].id'],
    [changed('commands.1.id', 'c0'), 'commands[1].id'],
    [changed('commands.0.name', undefined), 'commands[0].name'],
    [changed('commands.0.lane', 'nowhere'), 'commands[0].lane'],
    [changed('commands.0.bytes', -1), 'commands[0].bytes'],
    [changed('commands.0.ageMs', null), 'commands[0].ageMs'],
    [changed('commands.0.remainingMs', Infinity), 'commands[0].remainingMs'],
    [changed('commands.0.sent', []), 'commands[0].sent'],
    [changed('commands.0.sent.n', 0), 'commands[0].sent.n'],
    [changed('commands.1.sent.n', 1), 'commands[1].sent.n'],
    [changed('commands.1.sent.n', 3), 'commands[1].sent.n'],
    [changed('commands.0.sent.attempt', 0), 'commands[0].sent.attempt'],
    [changed('commands.1.sent.voided', true), 'commands[1].sent.voided'],
    [changed('commands.1.sent.voided.why', 'done'), 'commands[1].sent.voided.why'],
    [changed('commands.1.sent.voided.ageMs', NaN), 'commands[1].sent.voided.ageMs'],
  ])('is refused by the place that is wrong (%#)', (data, place) => {
    expect(restore(data)).toContain(`This is no snapshot of an outbox that can be restored: ${place}`);
  });
});
