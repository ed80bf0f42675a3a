// Channel subscriptions: what the usual sketch of it gets wrong. Deeper: test/rooms/channels/, test/server/channel-log.test.ts, and every simulated world.
import { beforeEach, expect, it } from 'vitest';
import { api, createStage, numbers, openRoom, ROOM, soFar, type Stage } from './stage.js';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

it('one callback per channel: many listeners share one subscription, and one that leaves takes nothing from the others', async () => {
  const { client, frames, listen } = stage.act('ada', { timings: { channelLeaseMs: 0 } });
  const mine: number[] = [];
  const leave = client.channel(api.channels.room, ROOM).subscribe({ onEvent: (event) => mine.push(event.data.n) });
  const others = [listen(1), listen(1)];
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(500);
  stage.publish(1, 1);
  await stage.pass(500);
  leave();
  stage.publish(1, 2);
  await stage.pass(500);
  expect([mine, others]).toEqual([[1], [[1, 2], [1, 2]]]);
  expect(frames.filter(({ t }) => t === 'subscribe' || t === 'unsubscribe').map(({ t }) => t)).toEqual(['subscribe']);
});

it('events missed while away are lost without a word: they come, in order and once', async () => {
  const { client, sockets, listen } = stage.act();
  const heard = listen(ROOM.id);
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(500);
  stage.publish(1, 1, 2);
  await stage.pass(500);
  sockets()[0]?.inflict({ type: 'reset' });
  stage.publish(1, ...numbers(3, 500));
  await stage.pass(5_000);
  stage.publish(1, 501);
  await stage.pass(500);
  expect(heard).toEqual(numbers(1, 501));
});

it('events missed while away are lost without a word: where they are kept no more, there is one gap, with its reason', async () => {
  const { client, sockets, listen } = stage.act();
  const heard = listen(ROOM.id);
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(500);
  stage.publish(1, 1);
  await stage.pass(500);
  sockets()[0]?.inflict({ type: 'reset' });
  // More than the thousand that are kept.
  stage.publish(1, ...numbers(2, 1_500));
  await stage.pass(10_000);
  stage.publish(1, 1_501);
  await stage.pass(500);
  expect(heard).toEqual([1, 'gap trimmed', 1_501]);

  stage.server.kill();
  stage.server.start();
  await stage.pass(10_000);
  stage.publish(1, 7);
  await stage.pass(500);
  expect(heard).toEqual([1, 'gap trimmed', 1_501, 'gap epoch', 7]);
});

it('publish while offline returns false: it waits, and arrives once', async () => {
  const [ada, ben] = [stage.act('ada'), stage.act('ben')];
  const notes: unknown[] = [];
  ben.client.channel(api.channels.room, ROOM).subscribe({ onEvent: (event) => notes.push([event.name, event.data.n]) });
  await stage.until(() => [ada, ben].every(({ client }) => client.connection.get().status === 'connected'));
  ada.client.disconnect();
  const published = ada.client.channel(openRoom, ROOM).publish({ n: 1 });
  await stage.pass(5_000);
  expect([notes, published.progress.get().status]).toEqual([[], 'queued']);
  ada.client.reconnect();
  await stage.pass(3_000);
  expect(notes).toEqual([['message', 1]]);
  expect([await soFar(published.result), ada.client.outbox.get().pending]).toEqual([undefined, 0]);
});
