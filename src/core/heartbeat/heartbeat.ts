/** The hands of the heartbeat of one socket: its timer, its probe, its verdict. */
import { drive } from '../machine.js';
import type { Clock } from '../world.js';
import { heartbeatTimer, startHeartbeat, stepHeartbeat, type HeartbeatEffect, type HeartbeatEvent, type HeartbeatStart, type HeartbeatState } from './heartbeat.machine.js';

export interface HeartbeatPort {
  readonly clock: Clock;
  sendProbe(): void;
  onSuspect(isSuspect: boolean): void;
  /** `isHeard`: the server can be heard; it is the server that does not read. */
  onDead(isHeard: boolean): void;
}

export interface Heartbeat {
  /** Something came from the server. */
  heard(): void;
  /** A frame was sent. `isRequest`: something must come back soon. */
  sent(bytes: number, isRequest: boolean): void;
  /** The server says that it last read something so long ago, and perhaps how long the round trip takes. */
  read(agoMs: number, tripMs?: number): void;
  intervalNamed(everyMs: number): void;
  doubt(): void;
  stop(): void;
}

export function createHeartbeat(port: HeartbeatPort, start: HeartbeatStart): Heartbeat {
  const { clock } = port;
  const machine = drive<HeartbeatState, HeartbeatEvent, HeartbeatEffect>({
    clock,
    initial: startHeartbeat(clock.now(), start),
    step: stepHeartbeat,
    timer: heartbeatTimer,
    perform(effect) {
      if (effect.type === 'send-probe') port.sendProbe();
      else port.onDead(effect.isHeard);
    },
    onState(state, previous) {
      if ((state.tag === 'suspect') !== (previous.tag === 'suspect')) port.onSuspect(state.tag === 'suspect');
    },
  });
  return {
    heard: () => machine.send({ type: 'heard', now: clock.now() }),
    sent: (bytes, isRequest) => machine.send({ type: 'sent', now: clock.now(), bytes, isRequest }),
    read: (agoMs, tripMs) => machine.send({ type: 'read', now: clock.now(), agoMs, tripMs }),
    intervalNamed: (everyMs) => machine.send({ type: 'interval-named', now: clock.now(), everyMs }),
    doubt: () => machine.send({ type: 'doubted', now: clock.now() }),
    stop: () => machine.stop(),
  };
}
