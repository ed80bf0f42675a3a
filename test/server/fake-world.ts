/** A clock turned by hand, dice that count, and a socket with two ends. */
import type { Cancel, Clock, Dice } from '../../src/core/world.js';
import type { ServerSocket, ServerWorld } from '../../src/server/core/server-world.js';

export interface FakeClock extends Clock {
  /** Runs what is due, in order, letting promises settle in between. */
  advance(ms: number): Promise<void>;
  readonly timers: number;
}

/** Long enough for every chain of promises here. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

export function fakeClock(): FakeClock {
  let now = 1_000;
  let count = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    wall: () => 1_700_000_000_000 + now,
    after(ms, run): Cancel {
      const id = ++count;
      timers.set(id, { at: now + ms, run });
      return () => timers.delete(id);
    },
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = due[1].at;
        due[1].run();
        await settle();
      }
      now = end;
    },
  };
}

export function countingDice(): Dice {
  let count = 0;
  return { roll: () => 0.5, id: () => `id-${++count}` };
}

export function fakeWorld(): ServerWorld & { readonly clock: FakeClock } {
  return { clock: fakeClock(), dice: countingDice(), digest: (text) => `tag-${text.length}` };
}

export interface Frame extends Readonly<Record<string, unknown>> {
  readonly t: string;
}

export interface FakeSocket extends ServerSocket {
  readonly frames: Frame[];
  readonly texts: string[];
  closed: { readonly code: number; readonly reason: string } | null;
  buffered: number;
  received: number;
  of(type: string): Frame[];
}

export function fakeSocket(): FakeSocket {
  const socket: FakeSocket = {
    frames: [],
    texts: [],
    closed: null,
    buffered: 0,
    received: 0,
    send(text) {
      if (socket.closed !== null) throw new Error('sent to a closed socket');
      socket.texts.push(text);
      socket.frames.push(JSON.parse(text) as Frame);
    },
    close(code, reason) {
      if (socket.closed !== null) throw new Error('closed twice');
      socket.closed = { code, reason };
    },
    bufferedBytes: () => socket.buffered,
    receivedBytes: () => socket.received,
    of: (type) => socket.frames.filter(({ t }) => t === type),
  };
  return socket;
}
