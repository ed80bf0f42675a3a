// Connection pooling: what the usual sketch of it gets wrong. Deeper: test/rooms/pool/, test/e2e/pool.e2e.test.ts, and every simulated world.
import { beforeEach, expect, it } from 'vitest';
import { defineView } from '../../src/contract/index.js';
import { allSoFar, api, createStage, numbers, ROOM, type Actor, type Stage } from './stage.js';

const past = defineView(api.channels.room, { history: 10, initialState: 0, reduce: (count) => count + 1 });

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

const ready = ({ client }: Actor): number => client.connection.get().links.filter(({ state }) => state === 'ready').length;

/** Five rooms over three links: two that fill the first, two for the second, one more. */
async function fillThreeLinks(actor: Actor): Promise<readonly (readonly (number | string)[])[]> {
  const heard = [1, 2].map(actor.listen);
  await stage.until(() => ready(actor) === 2);
  heard.push(...[3, 4].map(actor.listen));
  await stage.until(() => ready(actor) === 3);
  heard.push(actor.listen(5));
  await stage.pass(1_000);
  return heard;
}

it('round robin breaks the order within a channel: a channel stays on one link, and so do commands', async () => {
  const ada = stage.act('ada', { pool: { size: 3, channelsPerLink: 1 } });
  const { client, frames, sockets } = ada;
  const rooms = [1, 2, 3, 4, 5];
  const heard = await fillThreeLinks(ada);
  expect(client.connection.get().links.map(({ channels }) => channels)).toEqual([2, 2, 1]);
  const settled = frames.length;
  // One link is slower than the others from now on: whoever spread over all of them would mix things up.
  sockets()[0]?.inflict({ type: 'stall', ms: 1_000 });
  const sent = numbers(1, 30).map((n) => client.send(api.commands.add, { room: 1, n }));
  for (const n of numbers(1, 30)) for (const room of rooms.slice(1)) stage.publish(room, n);
  // Somebody wants more of each channel, which is subscribed anew for that.
  for (const id of rooms) client.view(past, { id }).subscribe(() => {});
  await stage.pass(5_000);
  expect(await allSoFar(sent)).toEqual(numbers(1, 30));
  expect(stage.effects).toEqual(numbers(1, 30));
  expect(heard).toEqual(rooms.map(() => numbers(1, 30)));
  const later = frames.slice(settled);
  expect(new Set(later.filter(({ t }) => t === 'command').map(({ link }) => link)).size).toBe(1);
  const linksOf = rooms.map((room) => new Set(frames.filter(({ t, text }) => (t === 'events' || t === 'subscribe') && text.includes(`"room:${room}"`)).map(({ link }) => link)).size);
  expect(linksOf).toEqual([1, 1, 1, 1, 1]);
});

it('a send to a closed socket is lost: a command that met one is sent again, and takes effect once', async () => {
  const { client, sockets, listen } = stage.act();
  const heard = listen(ROOM.id);
  const add = (n: number) => client.send(api.commands.add, { room: 1, n });
  const before = add(1);
  await stage.pass(1_000);
  // The socket is gone, and the client has not been told yet.
  sockets()[0]?.inflict({ type: 'reset' });
  const intoTheVoid = add(2);
  expect(intoTheVoid.progress.get().status).toBe('sent');
  await stage.pass(5);
  expect(sockets()).toHaveLength(0);
  const whileClosed = add(3);
  await stage.pass(5_000);
  expect(await allSoFar([before, intoTheVoid, whileClosed])).toEqual([1, 2, 3]);
  expect([stage.effects, heard]).toEqual([[1, 2, 3], [1, 2, 3]]);
});

it('replacement has no backoff: a server that is away is asked less and less often, by one link for all', async () => {
  const ada = stage.act('ada', { pool: { size: 3, channelsPerLink: 1 } });
  const { opened } = ada;
  await fillThreeLinks(ada);
  await stage.pass(20_000);
  const before = opened.length;
  stage.server.kill();
  await stage.pass(120_000);
  // Once a second for each of three lost sockets would be 360.
  expect(opened.length - before).toBeLessThan(20);
  const waits = opened.slice(before).map((at, index, all) => at - (all[index - 1] ?? at));
  expect(Math.max(...waits)).toBeGreaterThan(8_000);
});

it('all sockets are opened at once: the first at once, a further one when it is needed, one at a time', async () => {
  const ada = stage.act('ada', { pool: { size: 3, channelsPerLink: 1 } });
  const { opened, frames } = ada;
  ada.listen(1);
  await stage.pass(10_000);
  expect(opened).toHaveLength(1);
  await fillThreeLinks(ada);
  expect(opened).toHaveLength(3);
  // Each was welcome before the next one was opened.
  const welcomes = frames.filter(({ t }) => t === 'welcome').map(({ at }) => at);
  expect(opened.slice(1).map((at, index) => at >= (welcomes[index] ?? Infinity))).toEqual([true, true]);
});
