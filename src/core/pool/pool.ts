/**
 * The hands of the pool: the links to one endpoint and who speaks over which.
 * Not here: the outbox and the wanted channels, which outlive every link.
 */
import { drive } from '../machine.js';
import type { ClientFrame, ServerFrame } from '../protocol/frames.js';
import type { Cancel, Clock, Signal } from '../world.js';
import { createPoolStep, type PoolEffect, type PoolEvent, type PoolState } from './pool.machine.js';

/** Which link of the pool, from 0. */
export type LinkId = number;

/** A link as the pool needs it. */
export interface PooledLink<Status> {
  readonly status: Status;
  start(): void;
  stop(): void;
  reconnect(): void;
  hurry(): void;
  send(frame: ClientFrame): boolean;
}

/** What a link is told when it is made: whom to give its news to. */
export interface LinkListener<Status> {
  onFrame(frame: ServerFrame): void;
  onReady(): void;
  onLost(): void;
  onStatus(status: Status): void;
}

export interface PoolPort<Status> {
  readonly clock: Clock;
  readonly lingerMs: number;
  /** Tells what happens to the page or the machine; listened to while there is a link. */
  watch(onSignal: (signal: Signal) => void): Cancel;
  createLink(id: LinkId, listener: LinkListener<Status>): PooledLink<Status>;
  onFrame(frame: ServerFrame, link: LinkId): void;
  onReady(link: LinkId): void;
  onLost(link: LinkId): void;
  onStatus(status: PoolStatus<Status>): void;
}

export interface PoolStatus<Status> {
  readonly isPaused: boolean;
  readonly links: readonly Status[];
}

export interface Pool<Status> {
  readonly status: PoolStatus<Status>;
  /** Keeps a link until the release is called. */
  hold(): () => void;
  /** A ready link for a channel, a query or a lane, or null. */
  home(key: string): LinkId | null;
  send(frame: ClientFrame, link: LinkId): boolean;
  disconnect(): void;
  reconnect(): void;
  dispose(): void;
}

type Deed = Exclude<PoolEffect, { name: 'linger' }>;

export function createPool<Status>(port: PoolPort<Status>): Pool<Status> {
  const FIRST: LinkId = 0;
  let isReady = false;
  let stopWatching: Cancel | null = null;
  const link = port.createLink(FIRST, {
    onFrame: (frame) => port.onFrame(frame, FIRST),
    onReady() {
      isReady = true;
      port.onReady(FIRST);
    },
    onLost() {
      isReady = false;
      port.onLost(FIRST);
    },
    onStatus: () => port.onStatus(status()),
  });
  const status = (): PoolStatus<Status> => ({ isPaused: machine.state.tag === 'paused', links: [link.status] });

  const machine = drive<PoolState, PoolEvent, Deed, 'linger'>({
    clock: port.clock,
    initial: { tag: 'empty' },
    step: createPoolStep(port.lingerMs),
    perform,
    onState: (state, previous) => state.tag !== previous.tag && port.onStatus(status()),
  });

  function perform(effect: Deed): void {
    switch (effect.type) {
      case 'start-link':
        stopWatching ??= port.watch(onSignal);
        return link.start();
      case 'stop-link':
        stopWatching?.();
        stopWatching = null;
        return link.stop();
      case 'reconnect-link':
        return link.reconnect();
      default:
        return effect satisfies never;
    }
  }

  function onSignal(signal: Signal): void {
    // 'offline' is only a hint: browsers are wrong about it, and a dead link is noticed by its silence.
    if (signal === 'online' || signal === 'visible' || signal === 'resume') link.hurry();
  }

  return {
    get status() {
      return status();
    },
    hold() {
      machine.send({ type: 'held' });
      let isReleased = false;
      return () => {
        if (!isReleased) machine.send({ type: 'released' });
        isReleased = true;
      };
    },
    home: () => (isReady ? FIRST : null),
    send: (frame, to) => to === FIRST && link.send(frame),
    disconnect: () => machine.send({ type: 'disconnect-asked' }),
    reconnect: () => machine.send({ type: 'reconnect-asked' }),
    dispose: () => machine.send({ type: 'disposed' }),
  };
}
