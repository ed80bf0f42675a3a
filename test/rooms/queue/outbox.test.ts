// The hands of the outbox: bounds, timers, holds, and that every command is told its end once.
import { describe, expect, it } from 'vitest';
import { createFlusher } from '../../../src/core/data/flush.js';
import { OUTBOX_STATUS, type OutboxStatus } from '../../../src/core/data/outbox-status.js';
import type { Core } from '../../../src/core/feature.js';
import type { ClientFrame, CommandFrame, LaneAskFrame } from '../../../src/core/protocol/frames.js';
import { DEFAULT_BOUNDS, type Bounds } from '../../../src/core/options.js';
import { createOutbox } from '../../../src/core/queue/outbox.js';
import { createSeededDice } from '../../../src/testing/seeded-dice.js';
import type { Dice } from '../../../src/core/world.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import { lifeOf } from '../life.js';

function setUp(parts: Partial<Bounds> = {}, isReady = true, dice: Dice = createSeededDice(1, 'outbox')) {
  const bounds = { ...DEFAULT_BOUNDS, ...parts };
  const clock = createSimulatedClock();
  const sent: ClientFrame[] = [];
  const log: string[] = [];
  const statuses: OutboxStatus[] = [];
  let home: number | null = isReady ? 0 : null;
  let holds = 0;
  let ids = 0;
  const built = createOutbox({
    clock,
    dice,
    bounds,
    timings: { commandMs: 10_000 },
    session: { limits: { channels: 200, windowPerLane: 32, keepMs: 0 } },
    pool: {
      any: () => home,
      send: (frame) => (sent.push(frame), home !== null),
      hold() {
        holds++;
        return () => holds--;
      },
    },
    setUnsent() {},
  });
  const outbox = built.api;
  const life = lifeOf(built);
  const flusher = createFlusher({
    clock,
    paint: () => () => {},
    onError(error) {
      throw error;
    },
  });
  const status = OUTBOX_STATUS.create({ flusher, use: () => outbox } as Partial<Core> as Core).api;
  outbox.watch(() => statuses.push(status.get()));
  const take = (): ClientFrame[] => sent.splice(0);
  return {
    clock,
    outbox,
    life,
    log,
    statuses,
    get status() {
      return status.get();
    },
    take,
    get holds() {
      return holds;
    },
    post(input: unknown, lane = 'default') {
      const id = `id${++ids}`;
      outbox.send({
        id,
        name: 'post',
        lane,
        input,
        bytes: Buffer.byteLength(JSON.stringify(input)),
        onProgress: (progress) => log.push(`${String(input)} ${progress.status}`),
        onOutcome: ({ kind }) => log.push(`${String(input)} ${kind}`),
      });
      return id;
    },
    /** Answers every question for a lane. */
    open(last: number | null = 0) {
      for (const frame of take()) if (frame.t === 'lane') life.onFrame({ t: 'lane', lane: frame.lane, last, fence: 'f' }, 0);
    },
    rest: (id: string, retryAfterMs: number) => life.onFrame({ t: 'error', id, code: 'unavailable', message: '', final: false, retryAfterMs }, 0),
    drop() {
      home = null;
      life.onLinkLost(0);
    },
    ready() {
      home = 0;
      life.onReady(0, false);
    },
  };
}

describe('outbox', () => {
  it('takes a command from queued to its end, and tells each step once', () => {
    const box = setUp();
    const id = box.post('a');
    expect(box.log).toEqual(['a queued']);
    box.open();
    expect(box.take()).toMatchObject([{ t: 'command', n: 1, id, name: 'post', input: 'a', remainingMs: 10_000 }]);
    expect(box.outbox.has(id)).toBe(true);
    box.life.onFrame({ t: 'response', id }, 0);
    box.life.onFrame({ t: 'response', id }, 0);
    expect(box.log).toEqual(['a queued', 'a sent', 'a done']);
    expect(box.outbox.has(id)).toBe(false);
  });

  it('ignores answers to questions', () => {
    const box = setUp();
    box.post('a');
    box.open();
    box.life.onFrame({ t: 'response', id: 'question' }, 0);
    box.life.onFrame({ t: 'error', id: 'question', code: 'timeout', message: '', final: true }, 0);
    expect([box.log, box.holds]).toEqual([['a queued', 'a sent'], 1]);
  });

  it('holds a link and a timer while something waits, and nothing after', () => {
    const box = setUp();
    const id = box.post('a');
    box.open();
    expect([box.holds, box.clock.pending]).toEqual([1, 1]);
    box.life.onFrame({ t: 'response', id }, 0);
    expect([box.holds, box.clock.pending]).toEqual([0, 0]);
  });

  it('keeps lanes apart: one name on the wire each, numbers of their own', () => {
    const box = setUp();
    box.post('a', 'orders');
    box.post('b', 'chat');
    const asks = box.take() as LaneAskFrame[];
    expect(asks.map(({ lane }) => lane.split('.')[0])).toEqual(['orders', 'chat']);
    for (const { lane } of asks) box.life.onFrame({ t: 'lane', lane, last: 0, fence: 'f' }, 0);
    expect((box.take() as CommandFrame[]).map(({ n, input }) => `${n} ${String(input)}`)).toEqual(['1 a', '1 b']);
  });

  it('ends what waits too long, to the millisecond', () => {
    const box = setUp(undefined, false);
    box.post('a');
    box.clock.advance(4_000);
    box.post('b');
    box.clock.advance(5_999);
    expect(box.log).toEqual(['a queued', 'b queued']);
    box.clock.advance(1);
    expect(box.log.at(-1)).toBe('a expired');
    box.clock.advance(4_000);
    expect(box.log.at(-1)).toBe('b expired');
    expect([box.holds, box.clock.pending]).toEqual([0, 0]);
  });

  it('ends what was sent and can never be known, even if no link ever comes', () => {
    const box = setUp();
    box.post('a');
    box.open();
    box.drop();
    box.clock.advance(3_600_000);
    expect(box.log).toEqual(['a queued', 'a sent', 'a outcome-unknown']);
    expect([box.holds, box.clock.pending]).toEqual([0, 0]);
  });

  it('rests as long as the server asks, up to twice that, then asks for the lane again', () => {
    const box = setUp();
    const id = box.post('a');
    box.open();
    box.take();
    box.rest(id, 500);
    box.clock.advance(499);
    expect(box.take()).toEqual([]);
    box.clock.advance(501);
    expect(box.take()).toMatchObject([{ t: 'lane', last: 0 }]);
  });

  it.each([[0, 500], [0.25, 625], [0.999, 999.5]])('rests with jitter, so that not all clients ask in the same moment: a roll of %d, %d ms', (roll, ms) => {
    const box = setUp({}, true, { ...createSeededDice(1, 'outbox'), roll: () => roll });
    const id = box.post('a');
    box.open();
    box.take();
    box.rest(id, 500);
    box.clock.advance(ms - 0.5);
    expect(box.take()).toEqual([]);
    box.clock.advance(0.5);
    expect(box.take()).toMatchObject([{ t: 'lane' }]);
  });

  it('has one timer, for the first of what is due in any lane', () => {
    const box = setUp();
    const id = box.post('a');
    box.open();
    box.post('b', 'other');
    box.rest(id, 500);
    expect(box.clock.pending).toBe(1);
    box.drop();
    expect(box.clock.pending).toBe(1);
    box.clock.advance(10_000);
    expect(box.log.at(-1)).toBe('b expired');
  });

  it('does not end a new rest early because of an old one', () => {
    const box = setUp();
    const id = box.post('a');
    box.open();
    box.rest(id, 400);
    box.drop();
    box.ready();
    box.open();
    box.take();
    box.rest(id, 5_000);
    box.clock.advance(4_999);
    expect(box.take()).toEqual([]);
  });

  it('cancels: unsent at once, sent by asking', () => {
    const box = setUp(undefined, false);
    box.outbox.cancel(box.post('a'));
    expect(box.log.at(-1)).toBe('a cancelled');
    const id = box.post('b');
    box.ready();
    box.open();
    box.take();
    box.outbox.cancel(id);
    expect(box.take()).toMatchObject([{ t: 'command', id, void: true }]);
    box.life.onFrame({ t: 'error', id, code: 'void', message: '', final: true }, 0);
    expect(box.log.at(-1)).toBe('b cancelled');
    box.outbox.cancel('nobody');
  });

  it('abandon ends everything and leaves no timer and no hold', () => {
    const box = setUp();
    const id = box.post('a');
    box.open();
    box.rest(id, 500);
    box.post('b');
    box.life.onUserChanged();
    expect(box.log.slice(-2)).toEqual(['a outcome-unknown', 'b cancelled']);
    expect([box.holds, box.clock.pending]).toEqual([0, 0]);
    expect(box.status).toMatchObject({ pending: 0, bytes: 0 });
  });
});

describe('status', () => {
  it('describes every command by its wall clock, the oldest first, and keeps what has not changed', () => {
    const box = setUp(undefined, false);
    const empty = { pending: 0, queued: 0, sent: 0, bytes: 0, oldestAt: null, isDurable: false, commands: [] };
    expect(box.status).toEqual(empty);
    const at = box.clock.wall();
    const a = box.post('a');
    box.clock.advance(1_000);
    const b = box.post('b', 'other');
    const queued = box.status;
    expect(queued).toMatchObject({ pending: 2, queued: 2, sent: 0, oldestAt: at });
    expect(queued.commands).toMatchObject([
      { id: a, name: 'post', input: 'a', status: 'queued', at, attempt: 0 },
      { id: b, name: 'post', input: 'b', status: 'queued', at: at + 1_000, attempt: 0 },
    ]);
    queued.commands[0]?.cancel();
    expect(box.log.at(-1)).toBe('a cancelled');
    expect(box.status.commands).toEqual([queued.commands[1]]);
    expect(box.status.commands[0]).toBe(queued.commands[1]);
    box.ready();
    box.open();
    expect(box.status).toMatchObject({ queued: 0, sent: 1, oldestAt: at + 1_000, commands: [{ status: 'sent', attempt: 1 }] });
    box.drop();
    box.ready();
    box.take();
    box.life.onFrame({ t: 'response', id: b }, 0);
    expect(box.status).toEqual(empty);
  });

  it('tells of what shows, and of nothing else', () => {
    const box = setUp(undefined, false);
    box.post('a');
    const told = box.statuses.length;
    box.drop();
    box.ready();
    box.outbox.cancel('nobody');
    expect(box.statuses).toHaveLength(told);
    box.open();
    expect(box.statuses).toHaveLength(told + 1);
  });
});

describe('bounds', () => {
  // Two bytes of quotes, and four of the command's name.
  it.each([[94, 0], [95, 1]])('has room for exactly as many bytes as it may hold: a text of %i bytes in 100, %i refused', (length, refused) => {
    const box = setUp({ outboxCommands: 10, outboxBytes: 100 });
    const post = (): string => box.post('x'.repeat(length));
    if (refused === 1) expect(post).toThrow(expect.objectContaining({ code: 'queue-full' }));
    else post();
    expect(box.status.pending).toBe(1 - refused);
  });

  it('has room for exactly as many commands as it may hold', () => {
    setUp({ outboxCommands: 1 }).post('a');
    expect(() => setUp({ outboxCommands: 0 }).post('a')).toThrow(expect.objectContaining({ code: 'queue-full' }));
  });

  it('is full at so many commands, and takes one again when one has ended', () => {
    const box = setUp({ outboxCommands: 2, outboxBytes: 1_000 });
    const id = box.post('a');
    box.post('b');
    expect(() => box.post('c')).toThrow(expect.objectContaining({ code: 'queue-full' }));
    expect(box.log).toEqual(['a queued', 'b queued']);
    box.outbox.cancel(id);
    box.post('c');
    expect(box.status.pending).toBe(2);
  });

  it('is full at so many bytes, as they would be sent', () => {
    const box = setUp({ outboxCommands: 100, outboxBytes: 100 });
    box.post('x'.repeat(50));
    expect(() => box.post('x'.repeat(50))).toThrow(expect.objectContaining({ code: 'queue-full' }));
    const wide = setUp({ outboxCommands: 100, outboxBytes: 100 });
    expect(() => wide.post('€'.repeat(50))).toThrow(expect.objectContaining({ code: 'queue-full' }));
  });

  it('drops what has waited longest, of every lane, when it shall, and nothing that was sent', () => {
    const box = setUp({ outboxCommands: 3, overflow: 'drop-oldest' });
    box.post('sent');
    box.open();
    box.drop();
    box.clock.advance(1);
    box.post('old', 'other');
    box.clock.advance(1);
    box.post('young');
    box.post('new');
    box.post('newest');
    expect(box.log.filter((line) => line.includes('dropped'))).toEqual(['old dropped', 'young dropped']);
    expect(box.status.pending).toBe(3);
    expect(box.log.some((line) => line === 'sent dropped')).toBe(false);
  });

  it('drops for room in bytes no more than it needs', () => {
    const box = setUp({ outboxBytes: 100, overflow: 'drop-oldest' }, false);
    // Six bytes more each: the quotes and the name.
    box.post('a'.repeat(34));
    box.post('b'.repeat(34));
    box.post('c'.repeat(54));
    expect(box.log.filter((line) => line.endsWith('dropped'))).toEqual([`${'a'.repeat(34)} dropped`]);
    expect(box.status).toMatchObject({ pending: 2, bytes: 100 });
  });

  it('drops nothing for a command that finds no room all the same', () => {
    const box = setUp({ outboxCommands: 2, outboxBytes: 60, overflow: 'drop-oldest' }, false);
    box.post('a');
    box.post('b');
    expect(() => box.post('x'.repeat(80))).toThrow(expect.objectContaining({ code: 'queue-full' }));
    expect([box.log, box.status.pending]).toEqual([['a queued', 'b queued'], 2]);
  });

  it('counts bytes up and down to nothing', () => {
    const box = setUp();
    const ids = ['a', 'bb', 'ccc'].map((text) => box.post(text));
    expect(box.status.bytes).toBeGreaterThan(0);
    for (const id of ids) box.outbox.cancel(id);
    expect(box.statuses.at(-1)).toMatchObject({ pending: 0, bytes: 0 });
  });
});
