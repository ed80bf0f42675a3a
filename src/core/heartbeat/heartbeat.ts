/** The hands of the heartbeat of one socket: its timer, its probe, its verdict. */
import { drive } from '../machine.js';
import type { Clock } from '../world.js';
import { startHeartbeat, stepHeartbeat, type HeartbeatEffect, type HeartbeatEvent, type HeartbeatState, type HeartbeatTimer } from './heartbeat.machine.js';

export interface HeartbeatPort {
  readonly clock: Clock;
  sendProbe(): void;
  onSuspect(isSuspect: boolean): void;
  onDead(): void;
}

export interface Heartbeat {
  heard(): void;
  intervalNamed(everyMs: number): void;
  doubt(): void;
  /** Something was sent that will be answered. */
  asked(): void;
  stop(): void;
}

export function createHeartbeat(port: HeartbeatPort, everyMs: number): Heartbeat {
  const { clock } = port;
  type Deed = Exclude<HeartbeatEffect, { type: 'start-timer' | 'stop-timer' }>;
  const [initial, first] = startHeartbeat(clock.now(), everyMs);
  const machine = drive<HeartbeatState, HeartbeatEvent, Deed, HeartbeatTimer>({
    clock,
    initial,
    first,
    step: stepHeartbeat,
    perform(effect) {
      if (effect.type === 'send-probe') port.sendProbe();
      else port.onDead();
    },
    onState(state, previous) {
      if ((state.tag === 'suspect') !== (previous.tag === 'suspect')) port.onSuspect(state.tag === 'suspect');
    },
  });
  return {
    heard: () => machine.send({ type: 'heard', now: clock.now() }),
    intervalNamed: (ms) => machine.send({ type: 'interval-named', everyMs: ms }),
    doubt: () => machine.send({ type: 'doubted', now: clock.now() }),
    asked: () => machine.send({ type: 'asked', now: clock.now() }),
    stop: () => machine.stop(),
  };
}
