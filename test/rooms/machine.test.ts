// What every machine is driven by: its inbox, its timers, its end.
import { describe, expect, it } from 'vitest';
import { drive, type Driven, type TimerEffect, type TimerFired } from '../../src/core/machine.js';
import { createSimulatedClock } from '../../src/testing/simulated-clock.js';

type Event = string | TimerFired<'a' | 'b'>;
type Effect = { readonly type: 'do'; readonly what: string } | TimerEffect<'a' | 'b'>;

/** A machine whose state is what it has heard; `effects` says what each event brings about. */
function setUp(effects: Readonly<Record<string, readonly Effect[]>>, parts: { readonly first?: readonly Effect[]; readonly perform?: (what: string) => void } = {}) {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const fired: TimerFired<'a' | 'b'>[] = [];
  const machine: Driven<string, string> = drive<string, string, Extract<Effect, { type: 'do' }>, 'a' | 'b'>({
    clock,
    initial: '',
    ...(parts.first && { first: parts.first }),
    step(state, event: Event) {
      if (typeof event !== 'string') {
        fired.push(event);
        return [`${state}(${event.name})`, effects[event.name] ?? []];
      }
      if (event === 'throws') throw new Error('mine');
      log.push(`step ${event}`);
      return event === 'nothing' ? [state, []] : [state + event, effects[event] ?? []];
    },
    perform({ what }) {
      log.push(`do ${what}`);
      parts.perform?.(what);
    },
    onState: (state, previous) => log.push(`state '${previous}' → '${state}'`),
  });
  return { clock, log, fired, machine };
}
const act = (what: string): Effect => ({ type: 'do', what });
const start = (name: 'a' | 'b', ms: number): Effect => ({ type: 'start-timer', name, ms });

describe('a machine', () => {
  it('carries out what its first state starts, and tells each new state after its effects', () => {
    const { machine, log } = setUp({ x: [act('1'), act('2')] }, { first: [act('first')] });
    machine.send('x');
    machine.send('nothing');
    expect(log).toEqual(['do first', 'step x', 'do 1', 'do 2', "state '' → 'x'", 'step nothing']);
    expect(machine.state).toBe('x');
  });

  it('never steps inside a step: what is sent meanwhile waits its turn', () => {
    const { machine, log } = setUp({ x: [act('1'), act('2')] }, { perform: (what) => what === '1' && (machine.send('y'), machine.send('z')) });
    machine.send('x');
    expect(log).toEqual(['step x', 'do 1', 'do 2', "state '' → 'x'", 'step y', "state 'x' → 'xy'", 'step z', "state 'xy' → 'xyz'"]);
  });

  it('goes on after a step that threw', () => {
    const { machine } = setUp({});
    expect(() => machine.send('throws')).toThrow('mine');
    machine.send('x');
    expect(machine.state).toBe('x');
  });

  it('goes on after an effect that threw, with what was sent meanwhile', () => {
    const { machine } = setUp({ x: [act('1')] }, {
      perform() {
        machine.send('y');
        throw new Error('mine');
      },
    });
    expect(() => machine.send('x')).toThrow('mine');
    expect(machine.state).toBe('x');
    machine.send('z');
    expect(machine.state).toBe('xyz');
  });

  it('hears nothing and does nothing once it was stopped, even in the middle of a step', () => {
    const { machine, log, clock } = setUp({ x: [start('b', 5), act('1'), act('2'), start('a', 10)] }, {
      perform() {
        machine.send('y');
        machine.stop();
      },
    });
    machine.send('x');
    machine.send('z');
    clock.advance(100);
    expect(log.filter((line) => !line.startsWith('state'))).toEqual(['step x', 'do 1']);
    expect(clock.pending).toBe(0);
  });
});

describe('a timer of a machine', () => {
  it('fires once, with the time', () => {
    const { machine, clock, fired } = setUp({ x: [start('a', 100)] });
    machine.send('x');
    clock.advance(99);
    expect(fired).toEqual([]);
    clock.advance(500);
    expect(fired).toEqual([{ type: 'timer-fired', name: 'a', now: 100, lateMs: 0 }]);
    expect(machine.state).toBe('x(a)');
  });

  it('replaces the running one of its name, and leaves the others', () => {
    const { machine, clock, fired } = setUp({ x: [start('a', 100), start('b', 100)], y: [start('a', 300)] });
    machine.send('x');
    clock.advance(50);
    machine.send('y');
    clock.advance(1_000);
    expect(fired.map(({ name, now }) => [name, now])).toEqual([['b', 100], ['a', 350]]);
  });

  it('is stopped by its name, and may be started again by what it brings about', () => {
    const { machine, clock, fired } = setUp({ x: [start('a', 100), start('b', 100)], y: [{ type: 'stop-timer', name: 'a' }], b: [start('b', 50)] });
    machine.send('x');
    machine.send('y');
    clock.advance(210);
    expect(fired.map(({ name, now }) => [name, now])).toEqual([['b', 100], ['b', 150], ['b', 200]]);
    machine.stop();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['the monotonic clock', 30, 0, 30],
    ['the wall clock, which goes on while the machine sleeps', 0, 7_000, 7_000],
    ['a wall clock that was set back', 0, -7_000, 0],
  ])('says how late it is by %s', (_, late, lateWall, said) => {
    const fired: TimerFired<'a'>[] = [];
    let due = (): void => {};
    let [now, wall] = [1_000, 50_000];
    const machine = drive<null, string, never, 'a'>({
      clock: { now: () => now, wall: () => wall, after: (_ms, run) => ((due = run), () => {}) },
      initial: null,
      step: (state, event) => (typeof event === 'string' ? [state, [{ type: 'start-timer', name: 'a', ms: 100 }]] : (fired.push(event), [state, []])),
      perform() {},
    });
    machine.send('go');
    now += 100 + late;
    wall += 100 + late + lateWall;
    due();
    expect(fired).toEqual([{ type: 'timer-fired', name: 'a', now: 1_100 + late, lateMs: said }]);
  });
});
