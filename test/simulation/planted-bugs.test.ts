/**
 * Proof that the simulation can fail: known bugs, planted by replacing one function of the real code, must be found
 * within a few worlds. Nothing of this exists outside of this file.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as Channels from '../../src/core/channels/channel.machine.js';
import type * as Growth from '../../src/core/pool/growth.js';
import type * as Pools from '../../src/core/pool/pool.machine.js';
import type * as Homes from '../../src/core/pool/homes.machine.js';
import type * as Links from '../../src/core/reconnect/link.machine.js';
import type * as Heartbeat from '../../src/core/heartbeat/heartbeat.machine.js';
import type * as Heartbeats from '../../src/core/heartbeat/heartbeat.js';
import type * as Connections from '../../src/server/core/connection.machine.js';
import type * as Queue from '../../src/core/queue/lane.machine.js';
import type * as Lanes from '../../src/server/core/lane-log.js';
import { COMPLAINTS, type ComplaintKind } from './complaints.js';
import type { WorldResult } from './simulate.js';
import type { Fault } from './swarm.js';

/** One outcome for all. */
const DONE = { kind: 'done' };
/** No number of a socket is compared. */
const NO_NEWER = { present: -1 };

type LinkStep = ReturnType<typeof Links.createLinkStep>;

let planted = '';
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** Replaces exports of a module, and runs worlds until one has a complaint of these kinds. */
async function firstComplaint(kinds: readonly ComplaintKind[], path: string, plant: (real: never) => object, only?: readonly Fault[]): Promise<WorldResult | null> {
  planted = path;
  vi.resetModules();
  vi.doMock(path, async (original) => {
    const real = await original<object>();
    return { ...real, ...plant(real as never) };
  });
  const { simulate } = await import('./simulate.js');
  for (const seed of SEEDS) {
    const world = await simulate({ seed, chaosMs: 30_000, ...(only && { only }) });
    if (world.complaints.some(({ kind }) => kinds.includes(kind))) return world;
  }
  return null;
}

/** A link whose every step goes through `change`. */
async function firstComplaintOfLink(kind: ComplaintKind, change: (step: LinkStep, ...[state, event]: Parameters<LinkStep>) => ReturnType<LinkStep>, only?: readonly Fault[]): Promise<WorldResult | null> {
  return firstComplaint([kind], '../../src/core/reconnect/link.machine.js', ({ createLinkStep }: typeof Links) => ({
    createLinkStep(...args: Parameters<typeof createLinkStep>) {
      const step = createLinkStep(...args);
      return (...given: Parameters<typeof step>) => change(step, ...given);
    },
  }), only);
}

afterEach(() => {
  vi.doUnmock(planted);
  vi.resetModules();
});

describe('a planted bug is found', { timeout: 120_000 }, () => {
  it('none: the same worlds have no violation without one', async () => {
    const found = await firstComplaint(Object.keys(COMPLAINTS) as ComplaintKind[], '../../src/core/channels/reader.js', () => ({}));
    expect(found?.report ?? '').toBe('');
  });

  it('a channel subscribes again without its position', async () => {
    const found = await firstComplaint(['missed', 'rest-listener'], '../../src/core/channels/reader.js', () => ({ lowestPosition: () => null }));
    expect(found).not.toBeNull();
  });

  it('the generation of an answer is ignored', async () => {
    const found = await firstComplaint(['view-partial', 'view-missed', 'missed', 'missed-while-away'], '../../src/core/channels/channel.machine.js', ({ stepChannel }: typeof Channels) => ({
      stepChannel(...[state, event]: Parameters<typeof stepChannel>) {
        if (event.type !== 'subscribed') return stepChannel(state, event);
        return stepChannel(state, { ...event, frame: { ...event.frame, generation: state.generation } });
      },
    }));
    expect(found).not.toBeNull();
  });

  it('a command gets its number when it is enqueued', async () => {
    const found = await firstComplaint(['outcome-unknown-wrong'], '../../src/core/queue/lane.machine.js', ({ add, linkReady, laneAnswered, linkLost }: typeof Queue) => ({
      add(...[lane, draft, link, now]: Parameters<typeof add>) {
        const effects = add(lane, draft, link, now);
        const nowhere = -1;
        // Without a link the real lane leaves it unnumbered. This one acts as if a link took it, and nobody hears of it.
        for (const effect of link === null ? linkReady(lane, nowhere, now) : []) {
          if (effect.type !== 'say' || effect.frame.t !== 'lane' || effect.frame.create === true) continue;
          laneAnswered(lane, { t: 'lane', lane: effect.frame.lane, last: effect.frame.last, fence: '' }, nowhere, now, 1_000);
        }
        linkLost(lane, nowhere, now);
        return effects;
      },
    }));
    expect(found).not.toBeNull();
  });

  it('a withdrawn command that was perhaps sent is forgotten, and no void is said', async () => {
    const found = await firstComplaint(['effect-after-failure'], '../../src/core/queue/lane.machine.js', ({ cancel }: typeof Queue) => ({
      cancel(...[lane, id, now]: Parameters<typeof cancel>) {
        const effects = cancel(lane, id, now);
        const isSent = lane.entries.some((entry) => entry.id === id);
        return isSent ? [{ type: 'settle', id, outcome: { kind: 'cancelled' } } as const] : effects;
      },
    }));
    expect(found).not.toBeNull();
  });

  it('the queue is flushed when the socket opens, before the welcome', async () => {
    const found = await firstComplaintOfLink('link-order', (step, state, event) => {
      const decision = step(state, event);
      if (decision === undefined || event.type !== 'opened' || decision[0].tag !== 'greeting') return decision;
      const [next, ...effects] = decision;
      const [ready, ...more] = step(next, { type: 'welcomed', generation: next.generation }) ?? [next];
      return [ready, ...effects, ...more];
    });
    expect(found).not.toBeNull();
  });

  it('silence never kills a link', async () => {
    const found = await firstComplaint(['link-silent', 'dead-link-unnoticed'], '../../src/core/heartbeat/heartbeat.machine.js', ({ stepHeartbeat }: typeof Heartbeat) => ({
      stepHeartbeat: (...[state, event]: Parameters<typeof stepHeartbeat>) => (event.type === 'timer-fired' ? undefined : stepHeartbeat(state, event)),
    }));
    expect(found).not.toBeNull();
  });

  it('two links connect at once', async () => {
    const found = await firstComplaint(['links-too-many'], '../../src/core/pool/growth.js', ({ growth }: typeof Growth) => ({
      growth: (...[fleet, full]: Parameters<typeof growth>) => {
        const free = { tag: 'ready', isSuspect: true } as const;
        return growth({ ...fleet, links: fleet.links.map((slot) => (slot.tag === 'seeking' ? free : slot)) }, full);
      },
    }));
    expect(found).not.toBeNull();
  });

  it('the backoff begins anew whenever a socket opens', async () => {
    const found = await firstComplaintOfLink('links-hammer', (step, state, event) => {
      const decision = step(state, event);
      if (decision === undefined) return;
      const [next, ...effects] = decision;
      return [event.type === 'opened' && 'attempt' in next ? { ...next, attempt: 0 } : next, ...effects];
    }, ['churn', 'reset']);
    expect(found).not.toBeNull();
  });

  it('the users of a lost link wait for it, though another one is there', async () => {
    const found = await firstComplaint(['link-orphan'], '../../src/core/pool/pool.machine.js', ({ createPoolStep }: typeof Pools) => ({
      createPoolStep(...args: Parameters<typeof createPoolStep>) {
        const step = createPoolStep(...args);
        return (...[state, event]: Parameters<typeof step>) => {
          const [next, ...effects] = step(state, event) ?? [state];
          return [next, ...effects.filter(({ type }) => type !== 'take-over')] as const;
        };
      },
    }), ['half-open', 'reset', 'delayed-connect']);
    expect(found).not.toBeNull();
  });

  it('a channel is given a link anew each time', async () => {
    const found = await firstComplaint(['link-order'], '../../src/core/pool/homes.machine.js', ({ createHomes }: typeof Homes) => ({
      createHomes(...args: Parameters<typeof createHomes>) {
        const homes = createHomes(...args);
        const find = (...[channel, links, limit]: Parameters<typeof homes.find>) => {
          homes.leave(channel);
          return homes.find(channel, links, limit);
        };
        return { ...homes, get loads() { return homes.loads; }, get homeless() { return homes.homeless; }, find };
      },
    }), ['half-open', 'reset', 'delayed-connect']);
    expect(found).not.toBeNull();
  });

  it('the server forgets the outcomes of commands', async () => {
    const found = await firstComplaint(['effect-twice'], '../../src/server/core/lane-log.js', ({ createLaneLog }: typeof Lanes) => ({
      createLaneLog(...args: Parameters<typeof createLaneLog>) {
        const lanes = createLaneLog(...args);
        return { ...lanes, begin: () => ({ kind: 'run', attempt: 1 }), mayCommit: () => true };
      },
    }));
    expect(found).not.toBeNull();
  });

  it('each subscriber is judged by the position that the subscription asked for', async () => {
    type Judge = (at: unknown, history: number, run: unknown, ask: unknown) => unknown;
    const asked = (ask: unknown): unknown => (typeof ask === 'object' && ask !== null && 'position' in ask ? ask.position : ask);
    const found = await firstComplaint(['event-twice', 'gap-spurious', 'missed'], '../../src/core/channels/reader.js', ({ readRun }: { readRun: Judge }) => ({
      readRun: (...[at, history, run, ask]: Parameters<Judge>) => readRun(at === null ? null : (asked(ask) ?? at), history, run, ask),
    }));
    expect(found).not.toBeNull();
  });

  it('a command whose payload was dropped is answered as done', async () => {
    const found = await firstComplaint(['outcome-done-wrong', 'outcome-failed-wrong'], '../../src/server/core/lane-outcomes.js', () => ({
      createKinds: () => ({ of: () => DONE, has: (outcome: unknown) => outcome === DONE }),
    }));
    expect(found).not.toBeNull();
  });

  it('a late socket takes the place of a newer one', async () => {
    const found = await firstComplaint(['replaced-by-own-socket'], '../../src/server/core/connection.machine.js', ({ stepConnection }: typeof Connections) => ({
      stepConnection: (...[state, event]: Parameters<typeof stepConnection>) => stepConnection(state, event.type === 'authenticated' ? { ...event, ...NO_NEWER } : event),
    }), ['late-socket', 'slow-auth']);
    expect(found).not.toBeNull();
  });

  it('a client takes what it has sent for read', async () => {
    const found = await firstComplaint(['dead-link-unnoticed'], '../../src/core/heartbeat/heartbeat.js', ({ createHeartbeat }: typeof Heartbeats) => ({
      createHeartbeat: (...args: Parameters<typeof createHeartbeat>) => ({ ...createHeartbeat(...args), sent() {}, read() {} }),
    }), ['one-way']);
    expect(found).not.toBeNull();
  });
});
