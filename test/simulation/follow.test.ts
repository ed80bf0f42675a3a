/**
 * A query that follows its channel, in worlds where everything happens between the stamp and the answer: at rest its list is the
 * server's. A failing seed prints how to see it again: `npm run sim -- --seed N test/simulation/follow`.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, createClient, defineContract, query, upsert, type LiveQuery } from '../../src/index.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

const Item = z.object({ id: z.string(), version: z.number() });
type Item = z.infer<typeof Item>;
const api = defineContract({
  channels: { list: channel('list', { events: { put: Item } }) },
  queries: { all: query({ output: z.array(Item) }) },
  commands: { put: command({ input: z.object({ id: z.string() }) }) },
});

/** Each begins with a fresh look or a kept one and ends at rest: what a later question would mend must be right before it. */
const EPISODES = 8;
const STEPS = 5;
const HOST = 'list.test';

interface Life {
  /** What is seen, and what is true, each time that nothing more happens. */
  readonly rests: readonly { readonly shown: readonly Item[] | undefined; readonly stored: readonly Item[] }[];
  /** What happened, so that a world in which nothing happens proves nothing. */
  readonly counts: { betweenStampAndAnswer: number; duringLoad: number; twice: number; gaps: number; links: number; questions: number };
  readonly world: SimulatedWorld;
}

async function live(seed: number): Promise<Life> {
  const world = createSimulatedWorld({ seed, network: { floorMs: 1, meanMs: 15, tailChance: 0.02, tailMs: 200 } });
  const { clock } = world;
  const dice = world.dice.stream('follow');
  const counts = { betweenStampAndAnswer: 0, duringLoad: 0, twice: 0, gaps: 0, links: 0, questions: 0 };
  let stored: Item[] = [];
  let running = 0;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const change = (id: string): Item => {
    const item = { id, version: (stored.find((one) => one.id === id)?.version ?? 0) + 1 };
    stored = upsert('id')(stored, { data: item });
    if (running > 0) counts.betweenStampAndAnswer++;
    if (kept.get().isFetching) counts.duringLoad++;
    return item;
  };
  const server = createSimulatedServer(world, HOST, {
    contract: api,
    // So few that a short absence is a gap.
    keeps: { eventsPerChannel: 6 },
    // The channel may begin long after the position was stamped.
    authorize: { channels: { list: () => wait(dice.pick([0, 200])).then(() => true) }, queries: { all: 'public' }, commands: { put: 'public' } },
    queries: {
      // The position is stamped; the list is read some time later, and travels some time after that.
      async all() {
        running++;
        await wait(dice.between(0, 60));
        const answer = stored;
        await wait(dice.between(0, 60));
        running--;
        return answer;
      },
    },
    commands: {
      put({ input, publish }) {
        publish(api.channels.list, {}, 'put', change(input.id));
      },
    },
    onFrame(frame, deliver) {
      if (frame.t === 'subscribed' && frame['state'] === 'gap') counts.gaps++;
      if (frame.t !== 'events' || !dice.chance(0.3)) return;
      counts.twice++;
      clock.after(dice.between(0, 80), deliver);
    },
  });
  const client = createClient({ url: `ws://${HOST}/`, contract: api, world: world.client('page') });
  client.hold();
  const kept: LiveQuery<Item[]> = client.liveQuery(api.queries.all, undefined, { channel: api.channels.list, params: {} });
  kept.setApply(upsert('id') as never);
  let stop = (): void => {};
  const somebody = (): string => `${dice.between(1, 8)}`;
  const put = (): void => void server.core().publish(api.channels.list, {}, 'put', change(somebody())).catch(() => {});
  const run = (ms: number): Promise<void> => clock.run(clock.now() + ms);

  const steps: readonly (readonly [weight: number, step: () => unknown])[] = [
    [10, put],
    [4, () => Array.from({ length: dice.between(2, 10) }, put)],
    [3, () => kept.refetch()],
    [3, () => ((stop(), (stop = kept.subscribe(() => {}))), undefined)],
    [1, () => (stop(), run(dice.pick([100, 6_000])))],
    [3, () => world.network.connections({ host: HOST }).map((connection) => connection.inflict(dice.pick([{ type: 'reset' }, { type: 'finish' }, { type: 'stall', ms: 300 }] as const)))],
    [1, () => (server.close(4000), Array.from({ length: dice.between(0, 12) }, put))],
    [1, () => (server.kill(), server.start())],
    [4, () => client.send(api.commands.put, { id: somebody() }, {
      optimistic: (local, { id }) => local.query(api.queries.all, undefined, (list) => upsert('id')(list, { data: { id, version: -1 } })),
    })],
  ];
  const deck = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step));
  const rests: { readonly shown: readonly Item[] | undefined; readonly stored: readonly Item[] }[] = [];
  for (let episode = 0; episode < EPISODES; episode++) {
    // Long enough for the channel to be left, or not.
    stop();
    if (dice.chance(0.5)) await run(20_000);
    stop = kept.subscribe(() => {});
    for (let step = 0; step < STEPS; step++) {
      await run(dice.chance(0.3) ? 0 : dice.between(0, 150));
      await dice.pick(deck)();
    }
    stop();
    stop = kept.subscribe(() => {});
    world.network.heal();
    // Past every backoff and every lane that waits for what the server has forgotten.
    await run(150_000);
    rests.push({ shown: kept.get().data, stored });
  }
  counts.links = world.network.counts('page').opened;
  counts.questions = server.heard.filter(({ t }) => t === 'query').length;
  client.dispose();
  return { rests, counts, world };
}

const asked = process.env['HOLDFAST_SEED'];
const seeds = asked === undefined ? Array.from({ length: 200 }, (_, index) => index + 1) : [Number(asked)];
const total = { betweenStampAndAnswer: 0, duringLoad: 0, twice: 0, gaps: 0, links: 0, questions: 0 };

describe('a query that follows', () => {
  it.each(seeds)('has the list of the server in world %i', async (seed) => {
    const { rests, counts, world } = await live(seed);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key];
    const replay = `npm run sim -- --seed ${seed} test/simulation/follow`;
    const report = `${replay}\n${asked === undefined ? '' : world.failureReport()}`;
    expect(rests.map(({ shown }) => shown), report).toEqual(rests.map(({ stored }) => stored));
  });

  it('and the worlds were as bad as they should be', () => {
    if (asked !== undefined) return console.log(total);
    for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(200);
  });
});
