// The hands of the heartbeat in simulated time: when it says suspect, when dead, and that it lets go.
import { describe, expect, it } from 'vitest';
import { smoothRtt } from '../../../src/core/heartbeat/rtt.js';
import { createHeartbeat } from '../../../src/core/heartbeat/heartbeat.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';

function beat(everyMs = 6_000) {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const note = (text: string) => log.push(`${clock.now()} ${text}`);
  const heartbeat = createHeartbeat(
    { clock, sendProbe: () => note('probe'), onSuspect: (isSuspect) => note(isSuspect ? 'suspect' : 'live'), onDead: () => note('dead') },
    everyMs,
  );
  return { clock, log, heartbeat };
}

describe('heartbeat', () => {
  it('is suspect after interval + 1.25 s of silence and dead after interval + 2.5 s, each told once', () => {
    const { clock, log } = beat();
    clock.advance(60_000);
    expect(log).toEqual(['7250 probe', '7250 suspect', '8500 dead', '8500 live']);
    expect(clock.pending).toBe(0);
  });

  it('counts from what it heard last, whatever it was, and keeps one timer', () => {
    const { clock, log, heartbeat } = beat();
    for (let i = 0; i < 20; i++) {
      clock.advance(1_000);
      heartbeat.heard();
    }
    expect(clock.pending).toBe(1);
    clock.advance(7_249);
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(['27250 probe', '27250 suspect']);
  });

  it('is live again at any frame while suspect', () => {
    const { clock, log, heartbeat } = beat();
    clock.advance(8_000);
    heartbeat.heard();
    clock.advance(7_249);
    expect(log).toEqual(['7250 probe', '7250 suspect', '8000 live']);
  });

  it('goes by the interval that was named last', () => {
    const { clock, log, heartbeat } = beat();
    clock.advance(1_000);
    heartbeat.heard();
    heartbeat.intervalNamed(25_000);
    clock.advance(26_249);
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(['27250 probe', '27250 suspect']);
  });

  it('after a doubt is dead within 2.5 s, and lives if anything comes', () => {
    const dead = beat(25_000);
    dead.clock.advance(3_000);
    dead.heartbeat.doubt();
    dead.clock.advance(2_500);
    expect(dead.log).toEqual(['3000 probe', '4250 probe', '4250 suspect', '5500 dead', '5500 live']);

    const alive = beat(25_000);
    alive.clock.advance(3_000);
    alive.heartbeat.doubt();
    alive.clock.advance(100);
    alive.heartbeat.heard();
    alive.clock.advance(26_249);
    expect(alive.log).toEqual(['3000 probe']);
  });

  /** A heartbeat whose one timer is fired by hand, at a time of each clock. */
  function byHand() {
    let now = 0;
    let wall = 1_000_000;
    let due: (() => void) | null = null;
    const log: string[] = [];
    const heartbeat = createHeartbeat(
      {
        clock: { now: () => now, wall: () => wall, after: (_, run) => ((due = run), () => (due = null)) },
        sendProbe: () => log.push('probe'),
        onSuspect: (isSuspect) => log.push(isSuspect ? 'suspect' : 'live'),
        onDead: () => log.push('dead'),
      },
      6_000,
    );
    const fire = (ms: number, wallMs = ms): void => {
      now += ms;
      wall += wallMs;
      const run = due;
      due = null;
      run?.();
    };
    return { log, fire, heartbeat };
  }

  it('does not kill a link whose timer ran late: the machine slept, the silence proves nothing', () => {
    const { log, fire, heartbeat } = byHand();
    fire(7_250);
    fire(3_592_750);
    expect(log).toEqual(['probe', 'suspect', 'probe']);
    fire(1_250);
    expect(log.at(-2)).toBe('dead');
    heartbeat.stop();
  });

  it('asks instead of killing where only the wall clock knows that the machine slept', () => {
    const { log, fire } = byHand();
    fire(7_250);
    fire(1_250, 3_600_000);
    expect(log).toEqual(['probe', 'suspect', 'probe']);
    fire(1_250);
    expect(log.at(-2)).toBe('dead');
  });

  it('is not moved by a wall clock that is set back', () => {
    const { log, fire } = byHand();
    fire(7_250, -3_600_000);
    fire(1_250, 1_250);
    expect(log.at(-2)).toBe('dead');
  });

  it('notices a dead link where every timer is throttled to one a minute', () => {
    const { log, fire } = byHand();
    fire(60_000);
    fire(60_000);
    expect(log).toEqual(['probe', 'suspect', 'probe']);
    fire(60_000);
    expect(log.at(-2)).toBe('dead');
  });

  it('lets a live link live there', () => {
    const { log, fire, heartbeat } = byHand();
    for (let minute = 0; minute < 30; minute++) {
      fire(60_000);
      heartbeat.heard();
    }
    expect(log).not.toContain('dead');
  });

  it('takes anything for an answer to what was asked', () => {
    const { clock, log, heartbeat } = beat(25_000);
    for (let i = 0; i < 10; i++) {
      heartbeat.asked();
      clock.advance(2_900);
      heartbeat.heard();
    }
    expect(log).toEqual([]);
    heartbeat.asked();
    heartbeat.asked();
    clock.advance(2_999);
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(['32000 probe']);
  });

  it('says nothing and leaves no timer once stopped', () => {
    const { clock, log, heartbeat } = beat();
    clock.advance(7_000);
    heartbeat.stop();
    heartbeat.doubt();
    heartbeat.heard();
    clock.advance(60_000);
    expect(log).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('the round trip', () => {
  it('is the first sample, and then moves by an eighth towards each new one', () => {
    expect([100, 180, 20].reduce<number | null>(smoothRtt, null)).toBe(98.75);
  });
});
