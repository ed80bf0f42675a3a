/**
 * The hands of the pool: the links to one endpoint and who speaks over which.
 * Not here: the outbox and the wanted channels, which outlive every link.
 */
import { DEV, RealtimeError } from '../errors.js';
import { createLease } from '../lease.js';
import { drive } from '../machine.js';
import type { PoolOptions } from '../options.js';
import type { ClientFrame, ServerFrame } from '../protocol/frames.js';
import type { Link, LinkPort, LinkStatus } from '../reconnect/link.js';
import type { LinkLoss } from '../reconnect/link.machine.js';
import type { Cancel, Clock, Signal } from '../world.js';
import type { LinkId } from './growth.js';
import { bestLink, createHomes } from './homes.machine.js';
import { createPoolStep, emptyPool, poolTimer, type PoolEffect, type PoolEvent, type PoolState } from './pool.machine.js';

export type { LinkId };

/** What a link is told when it is made: whom to give its news to. */
export type LinkListener = Pick<LinkPort, 'onFrame' | 'onReady' | 'onLost' | 'onStatus'>;

export interface PoolPort {
  readonly clock: Clock;
  readonly options: PoolOptions;
  readonly lingerMs: number;
  /** How many channels the server takes on one link. */
  maxChannels(): number;
  /** Tells what happens to the page or the machine; listened to while there is a link. */
  watch(onSignal: (signal: Signal) => void): Cancel;
  createLink(id: LinkId, listener: LinkListener): Link;
  onFrame(frame: ServerFrame, link: LinkId): void;
  /** Whoever waits may go on over this link. `isFirst`: there was none before. */
  onReady(link: LinkId, isFirst: boolean): void;
  onLost(link: LinkId): void;
  onStatus(status: PoolStatus): void;
}

export interface PoolStatus {
  readonly isPaused: boolean;
  /** Whether a wanted channel waits for a link. */
  readonly isShort: boolean;
  readonly links: readonly (LinkStatus & { readonly channels: number })[];
  /** Why the last link was lost; null once a link is ready again. */
  readonly loss: LinkLoss | null;
}

export interface Pool {
  readonly status: PoolStatus;
  /** Keeps a link until the release is called. */
  hold(): () => void;
  /** A ready link for a query or a lane, or null. */
  any(): LinkId | null;
  /** The link of a channel, the same one until that is lost; null: none yet. */
  home(channel: string): LinkId | null;
  /** The channel is wanted no more. */
  leave(channel: string): void;
  send(frame: ClientFrame, link: LinkId): boolean;
  /** Lets every other link go: they belong to another user than this one. */
  voidOthers(link: LinkId): void;
  /** Begins anew with one link and another token, if a link is wanted now. */
  renew(): void;
  disconnect(): void;
  reconnect(): void;
  dispose(): void;
}

export function createPool(port: PoolPort): Pool {
  const { clock, lingerMs } = port;
  const { size, channelsPerLink } = port.options;
  if (!Number.isInteger(size) || size < 1) throw new RealtimeError('misuse', DEV && `A pool of size ${size} has no links. Pass 1 or more.`);
  const homes = createHomes(size, channelsPerLink);
  /** Made when they are first needed, in the order of their numbers. */
  const links: Link[] = [];
  let stopWatching: Cancel | null = null;
  let isCounting = false;
  let isHeld = false;
  /** Disconnected by the application, until it says otherwise. */
  let isPaused = false;
  let isDisposed = false;
  let loss: LinkLoss | null = null;

  const status = (): PoolStatus => ({
    isPaused,
    isShort: homes.homeless > 0,
    links: links.map((link, id) => ({ ...link.status, channels: homes.loads[id] ?? 0 })),
    loss,
  });
  const tell = (): void => port.onStatus(status());

  const machine = drive<PoolState, PoolEvent, PoolEffect>({ clock, initial: emptyPool(size), step: createPoolStep(channelsPerLink), timer: (state) => poolTimer(state, lingerMs), perform });
  const lease = createLease({ clock, lingerMs, onStart: () => want({ held: true }), onEnd: () => want({ held: false }) });

  function want({ held = isHeld, paused = isPaused }): void {
    isHeld = held;
    isPaused = paused;
    const isWanted = isHeld && !isPaused;
    if (isWanted) stopWatching ??= port.watch(onSignal);
    else {
      stopWatching?.();
      stopWatching = null;
    }
    machine.send({ type: isWanted ? 'wanted' : 'unwanted' });
    tell();
  }

  function linkOf(id: LinkId): Link {
    return (links[id] ??= port.createLink(id, {
      onFrame: (frame) => port.onFrame(frame, id),
      onReady: () => machine.send({ type: 'ready', link: id }),
      onLost(isFinal) {
        // It was let go: nothing is to be decided. Else it is no home any more before anybody hears of it.
        if (machine.state.links[id]?.tag !== 'ready') port.onLost(id);
        else machine.send({ type: 'lost', link: id, isFinal });
      },
      onStatus({ state, isSuspect }) {
        // The pool keeps the reason: a released link forgets it, and the link that takes over never had one.
        if (state.tag === 'ready') loss = null;
        else if ('loss' in state && state.loss !== null) ({ loss } = state);
        if (state.tag === 'stopped') machine.send({ type: 'stopped', link: id });
        else machine.send({ type: 'suspected', link: id, isSuspect });
        tell();
      },
    }));
  }

  function perform(effect: PoolEffect): void {
    const link = linkOf(effect.link);
    switch (effect.type) {
      case 'start-link':
        // One backoff for all: a link that is new takes over how often the others have failed.
        return link.start(Math.max(...links.map((one) => ('attempt' in one.status.state ? one.status.state.attempt : 0))));
      case 'stop-link':
        return link.stop();
      case 'reconnect-link':
        return link.reconnect();
      case 'doubt-link':
        return link.doubt();
      case 'tell-sibling-lost':
        return link.siblingLost();
      case 'tell-ready':
        return port.onReady(effect.link, effect.isFirst);
      case 'tell-lost':
        return port.onLost(effect.link);
      case 'take-over':
        return port.onReady(effect.link, false);
    }
  }

  /** Once for everything that one tick wants and leaves. */
  function count(): void {
    if (isCounting) return;
    isCounting = true;
    void Promise.resolve().then(() => {
      isCounting = false;
      if (isDisposed) return;
      machine.send({ type: 'loaded', loads: homes.loads, homeless: homes.homeless });
      tell();
    });
  }

  function onSignal(signal: Signal): void {
    // 'offline' is only a hint: browsers are wrong about it, and a dead link is noticed by its silence.
    if (signal === 'offline') return;
    for (const link of links) {
      // A probe also tells the server whether anybody looks.
      if (signal === 'hidden') link.doubt();
      else link.hurry();
    }
  }

  const renew = (): void => machine.send({ type: 'reconnect-asked' });

  return {
    get status() {
      return status();
    },
    renew,
    hold() {
      if (isDisposed) return () => {};
      const release = lease.hold();
      return () => release();
    },
    any: () => bestLink(machine.state.links, homes.loads, channelsPerLink),
    home(channel) {
      count();
      return homes.find(channel, machine.state.links, port.maxChannels());
    },
    leave(channel) {
      count();
      homes.leave(channel);
    },
    send: (frame, to) => links[to]?.send(frame) ?? false,
    voidOthers: (link) => machine.send({ type: 'others-void', link }),
    disconnect: () => want({ paused: true }),
    reconnect() {
      if (isPaused) want({ paused: false });
      else renew();
    },
    dispose() {
      isDisposed = true;
      lease.end();
    },
  };
}
