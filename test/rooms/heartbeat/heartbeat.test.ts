// The hands of the heartbeat in simulated time: when it says suspect, when dead, and that it lets go.
import { describe, expect, it } from 'vitest';
import { smoothRtt } from '../../../src/core/heartbeat/rtt.js';
import { createHeartbeat } from '../../../src/core/heartbeat/heartbeat.js';
import { startHeartbeat, stepHeartbeat } from '../../../src/core/heartbeat/heartbeat.machine.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import type { Clock } from '../../../src/core/world.js';

function beat(everyMs = 6_000, { tripMs = 0, saysRead = true } = {}) {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const note = (text: string) => log.push(`${clock.now()} ${text}`);
  const heartbeat = createHeartbeat(
    { clock, sendProbe: () => note('probe'), onSuspect: (isSuspect) => note(isSuspect ? 'suspect' : 'live'), onDead: (isHeard) => note(isHeard ? 'dead, though heard' : 'dead') },
    { everyMs, tripMs, saysRead },
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

  it('after a doubt is dead within 2.5 s, and lives if the probe was read', () => {
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
    alive.heartbeat.read(0);
    alive.clock.advance(26_249);
    expect(alive.log).toEqual(['3000 probe']);

    // An event proves that the server is heard, not that the probe was read. The round trip comes on top.
    const deaf = beat(25_000, { tripMs: 300 });
    deaf.clock.advance(3_000);
    deaf.heartbeat.doubt();
    for (let i = 0; i < 28; i++) {
      deaf.clock.advance(100);
      deaf.heartbeat.heard();
    }
    expect(deaf.log).toEqual(['3000 probe', '4550 probe', '4550 suspect', '5800 dead, though heard', '5800 live']);
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
      { everyMs: 6_000, tripMs: 0, saysRead: true },
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
      heartbeat.sent(0, true);
      clock.advance(2_900);
      heartbeat.heard();
      heartbeat.read(0);
    }
    expect(log).toEqual([]);
    heartbeat.sent(0, true);
    heartbeat.sent(0, true);
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

/** The far end of a heartbeat: a server that answers pings and says what it has read, over two ways of their own. */
function link({ upMs = 20, downMs = 20, drift = 1, everyMs = 6_000 } = {}) {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const note = (text: string) => log.push(`${clock.now()} ${text}`);
  const ways = { up: true, down: true };
  let readAt = 0;
  let frames = 0;
  const heartbeat = createHeartbeat(
    {
      clock,
      sendProbe() {
        note('probe');
        up(() => down(() => heartbeat.read(0)));
      },
      onSuspect: (isSuspect) => note(isSuspect ? 'suspect' : 'live'),
      onDead: (isHeard) => note(isHeard ? 'dead, though heard' : 'dead'),
    },
    { everyMs, tripMs: upMs + downMs, saysRead: true },
  );
  function up(onRead = (): void => {}): void {
    heartbeat.sent(100, false);
    frames++;
    if (!ways.up) return;
    clock.after(upMs, () => {
      readAt = clock.now();
      onRead();
    });
  }
  function down(onHeard = (): void => {}): void {
    if (!ways.down) return;
    clock.after(downMs, () => {
      heartbeat.heard();
      onHeard();
    });
  }
  const ping = (): void => {
    const agoMs = Math.floor((clock.now() - readAt) * drift);
    down(() => {
      heartbeat.read(agoMs, upMs + downMs);
      up();
    });
    clock.after(everyMs, ping);
  };
  // The server counts from its welcome, which was under way for a while.
  clock.after(everyMs - downMs, ping);
  const every = (ms: number, run: () => void): void =>
    void clock.after(ms, () => {
      run();
      every(ms, run);
    });
  return { clock, log, ways, heartbeat, up, down, every, frames: () => frames };
}

describe('a link is dead on which only one direction works', () => {
  it.each(['up', 'down'] as const)('%s is lost, with a command a second and events all the time: dead in less than 10 s, whenever it happens', (way) => {
    for (let lostAt = 30_000; lostAt < 37_000; lostAt += 130) {
      const { clock, log, ways, up, down, every } = link();
      every(1_000, () => up());
      every(300, () => down());
      clock.advance(lostAt);
      expect(log).toEqual([]);
      ways[way] = false;
      clock.advance(10_000);
      expect(log.at(-2)).toContain('dead');
      expect(Number.parseInt(log.at(-2) ?? '') - lostAt).toBeLessThan(9_800);
    }
  });

  it('also where nothing is sent but answers to pings', () => {
    const { clock, log, ways, down, every } = link();
    every(300, () => down());
    clock.advance(30_500);
    ways.up = false;
    clock.advance(15_000);
    // The first frame that is not read is the answer to the ping at 36 s. The server, which reads nothing, closes before that.
    expect(log.at(-2)).toBe('44540 dead, though heard');
  });
});

describe('what was sent and is not known to have been read', () => {
  /** Something is heard all the time, and nothing says what was read. */
  function deaf(tripMs = 0) {
    const { clock, log, heartbeat } = beat(6_000, { tripMs });
    const passing = (ms: number): void => {
      for (let left = ms; left > 0; left -= 50) {
        clock.advance(50);
        heartbeat.heard();
      }
    };
    return { log, heartbeat, passing };
  }

  it('makes a link suspect and then dead, and live again once it is read', () => {
    const { log, heartbeat, passing } = deaf();
    heartbeat.sent(10, false);
    passing(7_300);
    expect(log).toEqual(['7250 probe', '7250 suspect']);
    heartbeat.read(0);
    passing(20_000);
    expect(log.slice(2)).toEqual(['7300 live']);
  });

  it('counts from the oldest that is not read yet, and from one round trip after it, as the server has measured it last', () => {
    const { log, heartbeat, passing } = deaf();
    heartbeat.sent(10, false);
    passing(1_000);
    heartbeat.read(500, 2_000);
    heartbeat.sent(10, false);
    passing(9_200);
    expect(log).toEqual([]);
    passing(2_000);
    expect(log).toEqual(['10250 probe', '10250 suspect', '11500 dead, though heard', '11500 live']);
  });

  it('gets no more time from an answer that proves a part of it only', () => {
    const { log, heartbeat, passing } = deaf();
    heartbeat.sent(10, false);
    passing(300);
    heartbeat.sent(10, false);
    passing(7_000);
    heartbeat.read(7_200);
    passing(1_100);
    expect(log).toEqual(['7250 probe', '7250 suspect', '7300 live', '7550 probe', '7550 suspect']);
    passing(500);
    expect(log.at(-2)).toBe('8800 dead, though heard');
  });

  it('and is proven in part while the link is suspect leaves as much time as the rest of it has', () => {
    const { log, heartbeat, passing } = deaf();
    heartbeat.sent(10, false);
    passing(150);
    heartbeat.sent(10, false);
    passing(7_300);
    heartbeat.read(7_450);
    passing(2_000);
    expect(log).toEqual(['7250 probe', '7250 suspect', '8650 dead, though heard', '8650 live']);
  });

  it('is doubted at once, also where something was sent just before', () => {
    const { log, heartbeat, passing } = deaf(200);
    passing(3_000);
    heartbeat.sent(10, false);
    passing(50);
    heartbeat.doubt();
    passing(2_800);
    expect(log.at(-2)).toBe('5750 dead, though heard');
  });

  it('does not live longer for a doubt', () => {
    const { clock, log, heartbeat } = beat();
    clock.advance(7_000);
    heartbeat.doubt();
    clock.advance(10_000);
    expect(log).toEqual(['7000 probe', '7250 probe', '7250 suspect', '8500 dead', '8500 live']);
  });

  it('is remembered ten times a second at most', () => {
    let state = startHeartbeat(0, { everyMs: 6_000, tripMs: 0, saysRead: true });
    for (let now = 0; now < 1_000; now++) [state] = stepHeartbeat(state, { type: 'sent', now, bytes: 10, isRequest: false }) ?? [state];
    expect(state).toMatchObject({ unread: Array.from({ length: 10 }, (_, index) => ({ at: index * 100, since: index * 100 })) });
  });
});

describe('a link on which both directions work', () => {
  it('costs no frame but one answer to each ping', () => {
    const { clock, log, frames } = link();
    clock.advance(600_000);
    expect([log, frames()]).toEqual([[], 100]);
  });

  it.each([
    ['a short way', { upMs: 0, downMs: 0 }],
    ['a long way', { upMs: 300, downMs: 300 }],
    ['a very long way', { upMs: 1_500, downMs: 1_500 }],
    ['a very long way in', { upMs: 2_400, downMs: 10 }],
    ['a very long way back', { upMs: 10, downMs: 2_400 }],
    ['clocks that drift apart', { upMs: 0, downMs: 0, drift: 1.0005 }],
    ['clocks that drift the other way', { upMs: 0, downMs: 0, drift: 0.9995 }],
    ['a hidden page, and clocks that drift apart', { upMs: 0, downMs: 0, drift: 1.0005, everyMs: 25_000 }],
  ])('is never suspect, whenever something is sent: %s', (_, way) => {
    // Something is sent at each of many times before and after a ping, and nothing else that would prove that it was read.
    for (const everyMs of [70, 990, 1_010, 5_910, 5_990, 6_010, 6_390]) {
      const { clock, log, up, every } = link(way);
      every(everyMs, () => up());
      clock.advance(300_000);
      expect(log).toEqual([]);
    }
  });

  it('is not suspect while a large upload is under way of which the server reads a little all the time', () => {
    const { clock, log, heartbeat } = link();
    clock.advance(6_100);
    // 64 kB at 5 kB/s; the answers to pings wait behind it.
    heartbeat.sent(64_000, true);
    for (let second = 0; second < 13; second++) {
      clock.advance(1_000);
      if (second % 6 === 5) {
        heartbeat.heard();
        heartbeat.read(200, 40);
        heartbeat.sent(50, false);
      }
    }
    expect(log).toEqual([]);
  });
});

describe('the round trip', () => {
  it('is the first sample, and then moves by an eighth towards each new one', () => {
    expect([100, 180, 20].reduce<number | null>(smoothRtt, null)).toBe(98.75);
  });
});

it('a timer that fires a moment too early is set once more: the link is still watched', () => {
  const log: string[] = [];
  let now = 0;
  let due: (() => void) | null = null;
  const clock: Clock = { now: () => now, wall: () => now, after: (_, run) => ((due = run), () => (due = null)) };
  createHeartbeat({ clock, sendProbe: () => log.push('probe'), onSuspect: () => {}, onDead: () => log.push('dead') }, { everyMs: 6_000, tripMs: 50, saysRead: true });
  for (const at of [7_249, 7_250, 8_499, 8_500]) {
    now = at;
    const run: (() => void) | null = due;
    due = null;
    (run as (() => void) | null)?.();
  }
  expect(log).toEqual(['probe', 'dead']);
});
