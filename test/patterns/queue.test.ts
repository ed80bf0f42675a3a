// Message queuing: what the usual sketch of it gets wrong. Deeper: test/rooms/queue/, test/server/lane-log.test.ts, and every simulated world.
import { beforeEach, expect, it } from 'vitest';
import { allSoFar, api, createStage, numbers, soFar, type Actor, type Stage } from './stage.js';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

const isConnected = ({ client }: Actor): boolean => client.connection.get().status === 'connected';
const add = ({ client }: Actor, n: number) => client.send(api.commands.add, { room: 1, n });

it('a send that reached the socket is taken as delivered: a command is kept until its answer, and sent again', async () => {
  const ada = stage.act();
  const first = add(ada, 1);
  await stage.pass(1_000);
  expect(await soFar(first.result)).toBe(1);
  // The socket takes it, and it arrives nowhere.
  ada.sockets()[0]?.inflict({ type: 'blackhole' });
  const { result, progress } = add(ada, 2);
  await stage.pass(3_000);
  expect([progress.get().status, progress.get().attempt, ada.client.outbox.get().pending]).toEqual(['sent', 1, 1]);
  await stage.pass(15_000);
  expect([await soFar(result), progress.get().attempt, ada.client.outbox.get().pending]).toEqual([2, 2, 0]);
  expect(stage.effects).toEqual([1, 2]);
});

it('duplicates after a failed flush: what was executed is answered again, not run again', async () => {
  const ada = stage.act();
  await stage.until(() => isConnected(ada));
  ada.client.disconnect();
  const sent = numbers(1, 20).map((n) => add(ada, n));
  await stage.pass(1_000);
  expect(stage.effects).toEqual([]);
  ada.client.reconnect();
  // In the middle of the flush, with answers under way that will not arrive.
  await stage.until(() => stage.effects.length === 5);
  ada.sockets()[0]?.inflict({ type: 'reset' });
  await stage.pass(10_000);
  expect(await allSoFar(sent)).toEqual(numbers(1, 20));
  expect(stage.effects).toEqual(numbers(1, 20));
  expect(ada.frames.filter(({ way, t }) => way === 'up' && t === 'command').length).toBeGreaterThan(20);
});

// The outbox that outlives a reload comes with its storage. What is here already: nobody goes without being told.
it('nothing survives a reload: what cannot be kept is told, not sent apart from sent', async () => {
  const ada = stage.act();
  await stage.until(() => isConnected(ada));
  const done = add(ada, 1);
  await stage.pass(1_000);
  ada.sockets()[0]?.inflict({ type: 'blackhole', direction: 'down' });
  const sent = add(ada, 2);
  await stage.pass(100);
  ada.client.disconnect();
  const waiting = add(ada, 3);
  ada.client.dispose();
  await stage.pass(0);
  expect(await allSoFar([done, sent, waiting])).toEqual([1, 'outcome-unknown', 'cancelled']);
  expect(stage.effects).toEqual([1, 2]);
  expect(await soFar(add(ada, 4).result)).toBe('disposed');
});

it('drops are silent: the command that finds no room is refused, the one that makes room is told', async () => {
  const refusing = stage.act('ada', { bounds: { outboxCommands: 3 } });
  refusing.client.disconnect();
  const kept = numbers(1, 3).map((n) => add(refusing, n));
  const refused = add(refusing, 4);
  expect([await soFar(refused.result), await soFar(refused.queued)]).toEqual(['queue-full', 'queue-full']);

  const dropping = stage.act('ben', { bounds: { outboxCommands: 3, overflow: 'drop-oldest' } });
  dropping.client.disconnect();
  const all = numbers(11, 14).map((n) => add(dropping, n));
  expect(await allSoFar(all)).toEqual(['queue-full', 'pending', 'pending', 'pending']);

  for (const { client } of [refusing, dropping]) client.reconnect();
  await stage.pass(3_000);
  expect(await allSoFar([...kept, ...all.slice(1)])).toEqual([1, 2, 3, 12, 13, 14]);
  expect(stage.effects.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 12, 13, 14]);
});
