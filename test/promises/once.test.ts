/** Promise 1: nothing comes twice. Each subscriber has its own place, whatever the others ask for (rule R7). */
import { describe, expect, it } from 'vitest';
import { createStage, messages, numbers, room, sinceMount } from './stage.js';

describe('events come twice', () => {
  it('not after reconnects, in a view whose history is longer than a page', async () => {
    const stage = createStage();
    await stage.publish(60);
    const view = stage.client.view(messages, room);
    view.subscribe(() => {});
    await stage.pass(1_000);
    const shown = (): string[] => view.get().data.map(({ id }) => id);
    expect(shown()).toEqual(numbers(11, 60));
    for (let reconnect = 0; reconnect < 3; reconnect++) {
      stage.cut();
      await stage.pass(5_000);
      expect([shown(), view.get().gap, view.get().liveStatus]).toEqual([numbers(11, 60), null, 'live']);
    }
  });

  it('not to a listener or a view that is there already, when a view with history joins', async () => {
    const stage = createStage();
    await stage.publish(60);
    const { told } = stage.listen();
    const plain = stage.client.view(sinceMount, room);
    plain.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(30);
    await stage.pass(1_000);
    const view = stage.client.view(messages, room);
    view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(5);
    await stage.pass(1_000);
    expect(told).toEqual(numbers(61, 95));
    expect(plain.get().data.map(({ id }) => id)).toEqual(numbers(61, 95));
    expect(view.get().data.map(({ id }) => id)).toEqual(numbers(41, 95));
  });

  it('not shown as a part: a history of several pages is there at once', async () => {
    const stage = createStage();
    await stage.publish(60);
    const view = stage.client.view(messages, room);
    const lengths = new Set<number>();
    view.subscribe(() => lengths.add(view.get().data.length), 'sync');
    await stage.pass(1_000);
    expect([...lengths]).toEqual([50]);
  });
});

describe('a gap is told', () => {
  it('only to the subscriber that misses something: another one of the channel goes on', async () => {
    const stage = createStage({ server: { keeps: { eventsPerChannel: 10 } } });
    const first = stage.listen();
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    // A view that was stopped stands at 3; the listener goes on to 20.
    const view = stage.client.view(sinceMount, room);
    const stop = view.subscribe(() => {});
    await stage.pass(1_000);
    stop();
    await stage.pass(40_000);
    await stage.publish(17);
    await stage.pass(1_000);
    view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(1);
    await stage.pass(1_000);
    expect(first.told).toEqual(numbers(1, 21));
    expect(view.get().gap).toEqual({ reason: 'trimmed', missed: { from: 4, to: 20 } });
    expect(view.get().data.map(({ id }) => id)).toEqual(['21']);
  });
});
