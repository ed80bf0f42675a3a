import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createMachineClock } from '../../src/testing/machine-clock.js';
import { createSimulatedClock } from '../../src/testing/simulated-clock.js';

describe('simulated clock', () => {
  it('runs timers by time, and those of one time in the order of their setting', () => {
    const clock = createSimulatedClock();
    const ran: string[] = [];
    for (const [name, ms] of [['c', 20], ['a', 10], ['d', 20], ['b', 10]] as const) clock.after(ms, () => ran.push(`${name}@${clock.now()}`));
    while (clock.step());
    expect(ran).toEqual(['a@10', 'b@10', 'c@20', 'd@20']);
    expect(clock.step()).toBe(false);
  });

  it('orders any timers, some of them cancelled, as a sorted list does', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ ms: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1_000 })), isCancelled: fc.boolean() }), { maxLength: 300, size: 'max' }), (timers) => {
        const clock = createSimulatedClock();
        const ran: number[] = [];
        const cancels = timers.map(({ ms }, i) => clock.after(ms, () => ran.push(i)));
        timers.forEach(({ isCancelled }, i) => isCancelled && cancels[i]?.());
        const kept = timers.map(({ ms }, i) => ({ ms, i })).filter(({ i }) => timers[i]?.isCancelled === false);
        expect(clock.pending).toBe(kept.length);
        while (clock.step());
        expect(ran).toEqual(kept.sort((a, b) => a.ms - b.ms || a.i - b.i).map(({ i }) => i));
      }),
    );
  });

  it('forgets a cancelled timer at once, and cancelling twice or too late does nothing', () => {
    const clock = createSimulatedClock();
    const cancel = clock.after(5, () => {});
    clock.after(6, () => {});
    cancel();
    expect(clock.pending).toBe(1);
    cancel();
    expect(clock.pending).toBe(1);
    let runs = 0;
    const late = clock.after(1, () => (runs += 1));
    clock.advance(2);
    late();
    expect([clock.pending, runs]).toEqual([1, 1]);
  });

  it('advances to the very millisecond, with timers that were set on the way', () => {
    const clock = createSimulatedClock();
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    expect(ran).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    expect(clock.wall() - clock.now()).toBe(createSimulatedClock().wall());
  });

  it('lets promises settle before the first timer and between timers of one time', async () => {
    const clock = createSimulatedClock();
    const ran: string[] = [];
    void Promise.resolve().then(() => ran.push('before'));
    clock.after(10, () => {
      ran.push('first');
      void Promise.resolve().then(() => ran.push('promise of first')).then(() => clock.after(0, () => ran.push('timer of first')));
    });
    clock.after(10, () => ran.push('second'));
    clock.after(11, () => ran.push('too late'));
    await clock.run(10);
    expect(ran).toEqual(['before', 'first', 'promise of first', 'second', 'timer of first']);
    expect(clock.now()).toBe(10);
  });

  it('takes another way to settle', async () => {
    const clock = createSimulatedClock();
    let settled = 0;
    clock.after(1, () => {});
    clock.after(2, () => {});
    await clock.run(5, async () => void (settled += 1));
    expect(settled).toBe(3);
  });

  it('refuses a time that is none, and a loop in which time stands still', () => {
    const clock = createSimulatedClock();
    expect(() => clock.after(Number.NaN, () => {})).toThrow('milliseconds');
    const again = (): void => void clock.after(0, again);
    again();
    expect(() => clock.advance(1)).toThrow('again and again');
  });
});

describe('machine clock', () => {
  it('runs what fell due in sleep at waking, late and in the order of its time', () => {
    const clock = createSimulatedClock();
    const machine = createMachineClock(clock);
    const ran: string[] = [];
    machine.after(20, () => ran.push(`b@${clock.now()}`));
    machine.after(10, () => ran.push(`a@${clock.now()}`));
    machine.after(200, () => ran.push(`c@${clock.now()}`));
    machine.sleep();
    clock.advance(100);
    expect(ran).toEqual([]);
    machine.wake();
    expect(ran).toEqual([]);
    clock.advance(0);
    expect(ran).toEqual(['a@100', 'b@100']);
    clock.advance(100);
    expect(ran).toEqual(['a@100', 'b@100', 'c@200']);
  });

  it('cancels what is late, and can fall asleep again before it ran', () => {
    const clock = createSimulatedClock();
    const machine = createMachineClock(clock);
    const ran: string[] = [];
    const cancel = machine.after(10, () => ran.push('cancelled'));
    machine.after(10, () => ran.push('kept'));
    machine.sleep();
    clock.advance(50);
    cancel();
    machine.wake();
    machine.sleep();
    clock.advance(50);
    expect(ran).toEqual([]);
    machine.wake();
    clock.advance(0);
    expect(ran).toEqual(['kept']);
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing once stopped', () => {
    const clock = createSimulatedClock();
    const machine = createMachineClock(clock);
    let runs = 0;
    machine.after(10, () => (runs += 1));
    machine.sleep();
    clock.advance(20);
    machine.after(10, () => (runs += 1));
    machine.stop();
    machine.wake();
    machine.after(10, () => (runs += 1));
    expect(clock.pending).toBe(0);
    clock.advance(100);
    expect(runs).toBe(0);
  });
});
