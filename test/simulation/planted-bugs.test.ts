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
import type * as Queue from '../../src/core/queue/lane.machine.js';
import type * as Lanes from '../../src/server/core/lane-log.js';
import type { Life } from './live.js';

type LinkStep = ReturnType<typeof Links.createLinkStep>;

let planted = '';
const SEEDS = [1, 2, 3, 4, 5];

/** Replaces exports of a module, and lives in that world until somebody complains. */
async function firstComplaint(path: string, plant: (real: never) => object): Promise<Life | null> {
  planted = path;
  vi.resetModules();
  vi.doMock(path, async (original) => {
    const real = await original<object>();
    return { ...real, ...plant(real as never) };
  });
  const { live } = await import('./live.js');
  for (const seed of SEEDS) {
    const life = await live({ seed, chaosMs: 60_000, healMs: 30_000 });
    if (life.complaints.length > 0) return life;
  }
  return null;
}

/** A container with some of its calls replaced; its getters stay alive. */
function proxy<Container extends object>(real: Container, replaced: Partial<Container>): Container {
  return new Proxy(real, { get: (target, key) => Reflect.get(Reflect.has(replaced, key) ? replaced : target, key) as unknown });
}

/** A link whose every step goes through `change`. */
async function firstComplaintOfLink(change: (step: LinkStep, ...[state, event]: Parameters<LinkStep>) => ReturnType<LinkStep>): Promise<Life | null> {
  return firstComplaint('../../src/core/reconnect/link.machine.js', ({ createLinkStep }: typeof Links) => ({
    createLinkStep(...args: Parameters<typeof createLinkStep>) {
      const step = createLinkStep(...args);
      return (...given: Parameters<typeof step>) => change(step, ...given);
    },
  }));
}

afterEach(() => {
  vi.doUnmock(planted);
  vi.resetModules();
});

describe('a planted bug is found', { timeout: 120_000 }, () => {
  it('none: the same worlds are quiet without one', async () => {
    const life = await firstComplaint('../../src/core/channels/reader.js', () => ({}));
    expect(life?.complaints ?? []).toEqual([]);
  });

  it('a channel subscribes again without its position', async () => {
    const life = await firstComplaint('../../src/core/channels/reader.js', () => ({ lowestPosition: () => null }));
    expect(life?.complaints.join('\n')).toMatch(/gap|is not/);
  });

  it('the generation of an answer is ignored', async () => {
    const life = await firstComplaint('../../src/core/channels/channel.machine.js', ({ stepChannel }: typeof Channels) => ({
      stepChannel(...[state, event]: Parameters<typeof stepChannel>) {
        if (event.type !== 'subscribed') return stepChannel(state, event);
        return stepChannel(state, { ...event, frame: { ...event.frame, generation: state.generation } });
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/a glimpse of board/);
  });

  it('a command gets its number when it is enqueued', async () => {
    const life = await firstComplaint('../../src/core/queue/lane.machine.js', ({ createLane }: typeof Queue) => ({
      createLane(...args: Parameters<typeof createLane>) {
        const lane = createLane(...args);
        const nowhere = -1;
        const add = (...[draft, link, now]: Parameters<typeof lane.add>) => {
          const effects = lane.add(draft, link, now);
          // Without a link the real lane leaves it unnumbered. This one acts as if a link took it, and nobody hears of it.
          for (const effect of link === null ? lane.linkReady(nowhere, now) : []) {
            if (effect.type !== 'say' || effect.frame.t !== 'lane' || effect.frame.create === true) continue;
            lane.laneAnswered({ t: 'lane', lane: effect.frame.lane, last: effect.frame.last, fence: '' }, nowhere, now, 1_000);
          }
          lane.linkLost(nowhere, now);
          return effects;
        };
        return proxy(lane, { add });
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/ended outcome-unknown and was never sent/);
  });

  it('a withdrawn command that was perhaps sent is forgotten, and no void is said', async () => {
    const life = await firstComplaint('../../src/core/queue/lane.machine.js', ({ createLane }: typeof Queue) => ({
      createLane(...args: Parameters<typeof createLane>) {
        const lane = createLane(...args);
        const cancel = (...[id, now]: Parameters<typeof lane.cancel>) => {
          const effects = lane.has(id) ? lane.cancel(id, now) : [];
          const isSent = lane.has(id);
          return isSent ? [{ type: 'settle', id, outcome: { kind: 'cancelled' } } as const] : effects;
        };
        return proxy(lane, { cancel });
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/ended cancelled and took effect/);
  });

  it('the queue is flushed when the socket opens, before the welcome', async () => {
    const life = await firstComplaintOfLink((step, state, event) => {
      const [next, effects] = step(state, event);
      if (event.type !== 'opened' || next.tag !== 'greeting') return [next, effects];
      const [ready, more] = step(next, { type: 'welcomed', generation: next.generation });
      return [ready, [...effects, ...more]];
    });
    expect(life?.complaints.join('\n')).toMatch(/on a socket that is not welcome yet/);
  });

  it('silence never kills a link', async () => {
    const life = await firstComplaint('../../src/core/heartbeat/heartbeat.machine.js', ({ stepHeartbeat }: typeof Heartbeat) => ({
      stepHeartbeat: (...[state, event]: Parameters<typeof stepHeartbeat>) => (event.type === 'timer-fired' ? [state, []] : stepHeartbeat(state, event)),
    }));
    expect(life?.complaints.join('\n')).toMatch(/connected to nobody/);
  });

  it('two links connect at once', async () => {
    const life = await firstComplaint('../../src/core/pool/growth.js', ({ growth }: typeof Growth) => ({
      growth: (...[fleet, full]: Parameters<typeof growth>) => {
        const free = { tag: 'ready', isSuspect: true } as const;
        return growth({ ...fleet, links: fleet.links.map((slot) => (slot.tag === 'seeking' ? free : slot)) }, full);
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/two sockets are connecting at once/);
  });

  it('the backoff begins anew whenever a socket opens', async () => {
    const life = await firstComplaintOfLink((step, state, event) => {
      const [next, effects] = step(state, event);
      return [event.type === 'opened' && 'attempt' in next ? { ...next, attempt: 0 } : next, effects];
    });
    expect(life?.complaints.join('\n')).toMatch(/hammers the server/);
  });

  it('the users of a lost link wait for it, though another one is there', async () => {
    const life = await firstComplaint('../../src/core/pool/pool.machine.js', ({ createPoolStep }: typeof Pools) => ({
      createPoolStep(...args: Parameters<typeof createPoolStep>) {
        const step = createPoolStep(...args);
        return (...[state, event]: Parameters<typeof step>) => {
          const [next, effects] = step(state, event);
          return [next, effects.filter(({ type }) => type !== 'take-over')] as const;
        };
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/has no link while one is ready/);
  });

  it('a channel is given a link anew each time', async () => {
    const life = await firstComplaint('../../src/core/pool/homes.machine.js', ({ createHomes }: typeof Homes) => ({
      createHomes(...args: Parameters<typeof createHomes>) {
        const homes = createHomes(...args);
        const find = (...[channel, links, limit]: Parameters<typeof homes.find>) => {
          homes.leave(channel);
          return homes.find(channel, links, limit);
        };
        return { ...homes, get loads() { return homes.loads; }, get homeless() { return homes.homeless; }, find };
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/is subscribed on two links/);
  });

  it('the server forgets the outcomes of commands', async () => {
    const life = await firstComplaint('../../src/server/core/lane-log.js', ({ createLaneLog }: typeof Lanes) => ({
      createLaneLog(...args: Parameters<typeof createLaneLog>) {
        const lanes = createLaneLog(...args);
        return { ...lanes, begin: () => ({ kind: 'run', attempt: 1 }), mayCommit: () => true };
      },
    }));
    expect(life?.complaints.join('\n')).toMatch(/took effect 2 times/);
  });
});
