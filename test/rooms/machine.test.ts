// What every machine is driven by: its inbox, the timer of its state, its end.
import { describe, expect, it } from 'vitest';
import { drive, type Decision, type Driven, type StateTimer, type TimerFired } from '../../src/core/machine.js';
import { createSimulatedClock } from '../../src/testing/simulated-clock.js';

type Event = string | TimerFired;

interface SetUp {
  /** Effects by event. */
  readonly effects?: Readonly<Record<string, readonly string[]>>;
  /** Timers by state. */
  readonly timers?: Readonly<Record<string, readonly [key: string, ms: number]>>;
  readonly perform?: (what: string) => void;
}

/** A machine whose state is what it has heard. */
function setUp({ effects = {}, timers = {}, perform }: SetUp = {}) {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const fired: TimerFired[] = [];
  const machine: Driven<string, string> = drive<string, string, string>({
    clock,
    initial: '',
    step(state, event: Event): Decision<string, string> {
      if (typeof event !== 'string') {
        fired.push(event);
        return [`${state}!`];
      }
      if (event === 'throws') throw new Error('mine');
      log.push(`step ${event}`);
      return event === 'nothing' ? undefined : event === 'only acts' ? [state, ...(effects[event] ?? [])] : [state + event, ...(effects[event] ?? [])];
    },
    timer: (state): StateTimer => timers[state],
    perform(what) {
      log.push(`do ${what}`);
      perform?.(what);
    },
    onState: (state, previous) => log.push(`state '${previous}' → '${state}'`),
  });
  return { clock, log, fired, machine };
}

describe('a machine', () => {
  it('tells each new state after its effects, and nothing where nothing changes', () => {
    const { machine, log } = setUp({ effects: { x: ['1', '2'], 'only acts': ['3'] } });
    machine.send('x');
    machine.send('nothing');
    machine.send('only acts');
    expect(log).toEqual(['step x', 'do 1', 'do 2', "state '' → 'x'", 'step nothing', 'step only acts', 'do 3']);
    expect(machine.state).toBe('x');
  });

  it('never steps inside a step: what is sent meanwhile waits its turn', () => {
    const { machine, log } = setUp({ effects: { x: ['1', '2'] }, perform: (what) => what === '1' && (machine.send('y'), machine.send('z')) });
    machine.send('x');
    expect(log).toEqual(['step x', 'do 1', 'do 2', "state '' → 'x'", 'step y', "state 'x' → 'xy'", 'step z', "state 'xy' → 'xyz'"]);
  });

  it('goes on after a step that threw', () => {
    const { machine } = setUp();
    expect(() => machine.send('throws')).toThrow('mine');
    machine.send('x');
    expect(machine.state).toBe('x');
  });

  it('goes on after an effect that threw, with what was sent meanwhile', () => {
    const { machine } = setUp({
      effects: { x: ['1'] },
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
    const { machine, log, clock } = setUp({
      effects: { x: ['1', '2'] },
      timers: { x: ['a', 5] },
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

describe('the timer of a state', () => {
  it('fires once, with the time', () => {
    const { machine, clock, fired } = setUp({ timers: { x: ['a', 100] } });
    machine.send('x');
    clock.advance(99);
    expect(fired).toEqual([]);
    clock.advance(500);
    expect(fired).toEqual([{ type: 'timer-fired', now: 100, lateMs: 0 }]);
    expect(machine.state).toBe('x!');
  });

  it('runs from the first state on', () => {
    const { clock, fired } = setUp({ timers: { '': ['a', 100] } });
    clock.advance(100);
    expect(fired).toHaveLength(1);
  });

  it('goes on in a state with the same key, is replaced by one with another, and ends where there is none', () => {
    const { machine, clock, fired } = setUp({ timers: { x: ['a', 100], xy: ['a', 500], xyz: ['b', 100] } });
    machine.send('x');
    clock.advance(50);
    machine.send('y');
    clock.advance(49);
    expect(fired).toEqual([]);
    machine.send('z');
    clock.advance(99);
    expect(fired).toEqual([]);
    machine.send('end');
    expect(clock.pending).toBe(0);
    clock.advance(1_000);
    expect(fired).toEqual([]);
  });

  it('runs again after it fired, where the next state asks for the same', () => {
    const { machine, clock, fired } = setUp({ timers: { x: ['a', 100], 'x!': ['a', 100] } });
    machine.send('x');
    clock.advance(1_000);
    expect(fired.map(({ now }) => now)).toEqual([100, 200]);
  });

  it.each([
    ['the monotonic clock', 30, 0, 30],
    ['the wall clock, which goes on while the machine sleeps', 0, 7_000, 7_000],
    ['a wall clock that was set back', 0, -7_000, 0],
  ])('says how late it is by %s', (_, late, lateWall, said) => {
    const fired: TimerFired[] = [];
    let due = (): void => {};
    let [now, wall] = [1_000, 50_000];
    drive<null, never, never>({
      clock: { now: () => now, wall: () => wall, after: (_ms, run) => ((due = run), () => {}) },
      initial: null,
      step: (state, event) => (fired.push(event), [state]),
      timer: () => ['a', 100],
      perform() {},
    });
    now += 100 + late;
    wall += 100 + late + lateWall;
    due();
    expect(fired).toEqual([{ type: 'timer-fired', now: 1_100 + late, lateMs: said }]);
  });
});
