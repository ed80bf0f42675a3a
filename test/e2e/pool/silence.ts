// The two stories of a silenced link, told to a page: what must be true at their end is returned, with the times. Not a test.
import { expect } from 'vitest';
import type { Sight } from './page.js';
import type { Stage } from './stage.js';

export interface Load {
  readonly forMs: number;
  readonly perSecond: number;
}

export interface Silenced {
  /** From the silence until the client gave the link up. */
  readonly noticedMs: number;
  /** The longest that a channel of the link was not live, from the verdict on. */
  readonly withoutLinkMs: number;
  readonly received: number;
  readonly published: number;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function expectAll(stage: Stage, published: ReadonlyMap<string, number>, ids: readonly string[]): Promise<number> {
  let received = 0;
  for (const id of ids) {
    const count = published.get(id) ?? 0;
    await expect.poll(async () => (await stage.sight(id)).ticks.length, { timeout: 40_000 }).toBe(count);
    const { ticks, gaps } = await stage.sight(id);
    expect({ id, ticks, gaps }).toEqual({ id, ticks: upTo(count), gaps: [] });
    received += ticks.length;
  }
  return received;
}

const statuses = async (stage: Stage, id: string): Promise<Sight['statuses']> => (await stage.sight(id)).statuses;

/** Channels `a` on link 0, `e` and `f` on link 1. */
async function spread(stage: Stage): Promise<void> {
  await stage.join('a', 'b', 'c', 'd');
  await expect.poll(() => stage.ask((page) => page.connection().links.map(({ state }) => state))).toEqual(['ready', 'ready']);
  await stage.join('e', 'f');
  await expect.poll(() => stage.ask((page) => page.connection().links.map(({ channels }) => channels))).toEqual([4, 2]);
  await stage.ask((page) => ['b', 'c', 'd'].forEach((id) => page.leave(id)));
  await expect.poll(() => stage.ask((page) => page.connection().links.map(({ channels }) => channels))).toEqual([1, 2]);
  for (const id of ['a', 'e', 'f']) await expect.poll(async () => (await statuses(stage, id)).at(-1)?.[0]).toBe('live');
}

/** One link of two falls silent: the other takes its channels over. */
export async function silenceOne(stage: Stage, { forMs, perSecond }: Load): Promise<Silenced> {
  await spread(stage);
  const ids = ['a', 'e', 'f'];
  await stage.publish(ids, 6, perSecond);
  const silentAt = await stage.ask(() => performance.now());
  stage.proxy.silence(1);
  const published = await stage.publish(ids, Math.floor((forMs * perSecond) / 1_000), perSecond);
  const received = await expectAll(stage, published, ids);

  const links = await stage.ask((page) => page.links);
  const verdictAt = links.find(([link, state, , at]) => link === 1 && state !== 'ready' && at > silentAt)?.[3] ?? NaN;
  expect(await stage.ask((page) => page.connection())).toMatchObject({ status: 'connected', links: [{ state: 'ready', channels: 3 }, { state: 'idle', channels: 0 }] });
  expect(links.filter(([link, , , at]) => link === 0 && at > silentAt).every(([, state]) => state === 'ready')).toBe(true);
  // Its users have moved: it is not sought again.
  expect(stage.proxy.opened(1)).toBe(1);
  expect((await statuses(stage, 'a')).at(-1)?.[0]).toBe('live');
  const back = [];
  for (const id of ['e', 'f']) {
    const seen = await statuses(stage, id);
    expect(seen.slice(-3).map(([word]) => word)).toEqual(['live', 'recovering', 'live']);
    back.push((seen.at(-1)?.[1] ?? NaN) - verdictAt);
  }
  expect(await stage.ask((page) => page.errors)).toEqual([]);
  return { noticedMs: verdictAt - silentAt, withoutLinkMs: Math.max(...back), received, published: [...published.values()].reduce((sum, one) => sum + one, 0) };
}

/** Every link falls silent, just after commands were sent whose answers are lost; then everything gets through again. */
export async function silenceAll(stage: Stage, { forMs, perSecond }: Load): Promise<{ readonly received: number; readonly published: number; readonly runs: readonly number[] }> {
  await spread(stage);
  await stage.send(0);
  await expect.poll(() => stage.ask((page) => page.outcomes[0])).toBe('done 0');
  stage.proxy.silence('all', 'down');
  for (const n of [1, 2, 3]) await stage.send(n);
  await expect.poll(() => stage.runs.length).toBe(4);
  stage.proxy.silence('all');
  await stage.send(4);
  const published = await stage.publish(['e'], Math.floor((forMs * perSecond) / 1_000), perSecond);
  stage.proxy.heal();

  const received = await expectAll(stage, published, ['e']);
  await expect.poll(() => stage.ask((page) => page.outcomes), { timeout: 40_000 }).toEqual({ 0: 'done 0', 1: 'done 1', 2: 'done 2', 3: 'done 3', 4: 'done 4' });
  expect(stage.runs).toEqual([0, 1, 2, 3, 4]);
  await expect.poll(() => stage.ask((page) => page.connection().status)).toBe('connected');
  expect(await stage.ask((page) => page.errors)).toEqual([]);
  return { received, published: published.get('e') ?? 0, runs: stage.runs };
}
