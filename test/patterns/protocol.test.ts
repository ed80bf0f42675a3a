// Protocol definition: what the usual sketch of it gets wrong. Deeper: test/protocol/, test/server/, test/rooms/queries/, test/types/.
import { beforeEach, expect, it } from 'vitest';
import type { World } from '../../src/core/world.js';
import { allSoFar, api, createStage, openRoom, ROOM, soFar, type Stage } from './stage.js';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

it('commands get no answer: one ends with its output, or with the refusal that the contract names', async () => {
  const { client } = stage.act();
  const [done, refused] = [client.send(api.commands.add, { room: 1, n: 5 }), client.send(api.commands.add, { room: 1, n: -5 })];
  await stage.pass(1_000);
  expect(await soFar(done.result)).toBe(5);
  expect(await soFar(refused.result)).toBe('rejected');
  await expect(refused.result).rejects.toMatchObject({ reason: 'negative', data: { n: -5 } });
});

it('pending requests hang over a reconnect: a query is asked again on the next link, and ends when its time is over', async () => {
  const { client, sockets } = stage.act();
  await stage.until(() => client.connection.get().status === 'connected');
  const asked = client.query(api.queries.all);
  asked.catch(() => {});
  await stage.until(() => stage.queries.running === 1);
  sockets()[0]?.inflict({ type: 'reset' });
  await stage.pass(3_000);
  expect(await soFar(asked)).toEqual([]);

  const command = client.send(api.commands.add, { room: 1, n: 1 });
  stage.server.kill();
  const late = client.query(api.queries.all);
  late.catch(() => {});
  await stage.pass(11_000);
  expect(await soFar(late)).toBe('timeout');
  // The storage died with the process: nobody knows whether it was run, and that is what is said.
  stage.server.start();
  await stage.pass(40_000);
  expect([1, 'outcome-unknown']).toContain(await soFar(command.result));
});

it('nothing is validated: neither what is sent, nor what comes', async () => {
  // Somewhere on the way, eights become words.
  const garbled = (world: World): World => ({
    ...world,
    open: (url, protocols, events) => world.open(url, protocols, { ...events, onMessage: (text) => events.onMessage(text.replace('"n":8', '"n":"eight"')) }),
  });
  const { client, errors, frames, listen } = stage.act('ada', {}, garbled);
  const heard = listen(ROOM.id);
  await stage.until(() => client.connection.get().status === 'connected');
  const wrong = client.send(api.commands.add, { room: 1, n: 'five' } as never);
  expect(await soFar(wrong.result)).toBe('invalid');
  await stage.pass(500);
  expect(frames.filter(({ way, t }) => way === 'up' && t === 'command')).toEqual([]);
  await expect(stage.server.core().publish(api.channels.room, ROOM, 'message', { n: 'six' } as never)).rejects.toThrow();
  stage.publish(1, 7, 8, 9);
  await stage.pass(500);
  expect([heard, errors.map(({ code }) => code)]).toEqual([[7, 'gap invalid', 9], ['invalid']]);
});

it('nothing is validated: what one end lets through, the other does not', async () => {
  const { client, listen } = stage.act();
  const heard = listen(ROOM.id);
  const wrong = client.channel(openRoom, ROOM).publish({ n: 'six' });
  await stage.pass(1_000);
  expect([await soFar(wrong.result), heard]).toEqual(['invalid', []]);
});

it('one handler per type: as many as there are, and one that throws hurts no other', async () => {
  const { client, frames, errors, listen } = stage.act();
  client.channel(api.channels.room, ROOM).subscribe({
    onEvent() {
      throw new Error('a broken component');
    },
  });
  const all = [listen(1), listen(1), listen(1)];
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(500);
  stage.publish(1, 1, 2);
  await stage.pass(500);
  expect(all).toEqual([[1, 2], [1, 2], [1, 2]]);
  expect(errors.map(({ code }) => code)).toEqual(['misuse', 'misuse']);
  expect(frames.filter(({ t }) => t === 'subscribe')).toHaveLength(1);
});

it('no cancellation: a query is taken back at the server too, a command as long as it has not been run', async () => {
  const { client, frames } = stage.act();
  await stage.until(() => client.connection.get().status === 'connected');
  const controller = new AbortController();
  const asked = client.query(api.queries.all, undefined, { signal: controller.signal });
  await stage.until(() => stage.queries.running === 1);
  controller.abort();
  expect(await soFar(asked)).toBe('cancelled');
  await stage.pass(200);
  expect(stage.queries.aborted).toBe(1);

  // Ten in a lane, one after the other: the last one is on its way, and has not been run.
  const sent = Array.from({ length: 10 }, (_, n) => client.send(api.commands.add, { room: 1, n }));
  await stage.until(() => stage.effects.length === 2);
  sent[9]?.cancel();
  expect(frames.at(-1)?.text).toContain('"void":true');
  client.disconnect();
  const unsent = client.send(api.commands.add, { room: 1, n: 99 });
  unsent.cancel();
  expect(await soFar(unsent.result)).toBe('cancelled');
  client.reconnect();
  await stage.pass(5_000);
  expect(stage.effects).not.toContain(99);
  // Perhaps it was run before the word came: then it is done, and otherwise it never will be.
  expect((await allSoFar(sent))[9]).toBe(stage.effects.includes(9) ? 9 : 'cancelled');
});
