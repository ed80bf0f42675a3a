/** Promise 1: nothing is missing without a word, from mount on and when a subscriber comes back (rules R8, R9). */
import { describe, expect, it } from 'vitest';
import { api, createStage, messages, numbers, room, sinceMount } from './stage.js';

describe('missing without a word', () => {
  it('nothing: a listener that was kicked and asks to be let in again is told what it missed', async () => {
    const stage = createStage();
    const told: string[] = [];
    const tap = stage.client.channel(api.channels.room, room).tap({ onEvent: ({ data }) => told.push(data.id), onGap: ({ reason }) => told.push(`gap ${reason}`) });
    tap.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(2);
    await stage.pass(1_000);
    stage.server.core().kick('ann', 'room:1');
    await stage.pass(1_000);
    expect(tap.get().error?.code).toBe('forbidden');
    await stage.publish(3);
    tap.resync();
    await stage.pass(1_000);
    await stage.publish(1);
    await stage.pass(1_000);
    expect([told, tap.get().error]).toEqual([numbers(1, 6), null]);
  });

  it('nothing: a gap is told where the server does not keep it any more', async () => {
    const stage = createStage({ server: { keeps: { eventsPerChannel: 2 } } });
    const told: string[] = [];
    const tap = stage.client.channel(api.channels.room, room).tap({ onEvent: ({ data }) => told.push(data.id), onGap: ({ reason }) => told.push(`gap ${reason}`) });
    tap.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(2);
    await stage.pass(1_000);
    stage.server.core().kick('ann', 'room:1');
    await stage.pass(1_000);
    await stage.publish(3);
    tap.resync();
    await stage.pass(1_000);
    await stage.publish(1);
    await stage.pass(1_000);
    expect(told).toEqual(['1', '2', 'gap trimmed', '6']);
  });

  it('nothing: a listener that is mounted while the connection is away gets what another one gets', async () => {
    const stage = createStage();
    const first = stage.listen();
    await stage.pass(1_000);
    stage.client.disconnect();
    await stage.pass(1_000);
    const second = stage.listen();
    await stage.publish(3);
    stage.client.reconnect();
    await stage.pass(5_000);
    expect([first.told, second.told]).toEqual([numbers(1, 3), numbers(1, 3)]);
  });

  it('nothing: a listener that is mounted while the channel is joining, in the middle of pages as well', async () => {
    const stage = createStage();
    const first = stage.listen();
    await stage.pass(1_000);
    stage.world.network.changeWeather({ floorMs: 100, meanMs: 100, tailChance: 0, tailMs: 0 });
    const stop = stage.world.network.partition({ client: 'page' });
    await stage.publish(90);
    stop();
    stage.cut();
    const late: { readonly mounted: number; readonly told: string[] }[] = [];
    for (let i = 0; i < 40; i++) {
      await stage.pass(200);
      late.push({ mounted: first.told.length, told: stage.listen().told });
    }
    await stage.publish(2);
    await stage.pass(5_000);
    expect(first.told).toEqual(numbers(1, 92));
    for (const { mounted, told } of late) expect(told).toEqual(numbers(mounted + 1, 92));
    expect(new Set(late.map(({ mounted }) => mounted)).size).toBeGreaterThan(2);
  });

  it('nothing: a listener that is added inside onEvent gets the rest of that run', async () => {
    const stage = createStage();
    const late: string[][] = [];
    const first = stage.listen((what) => what === '2' && late.push(stage.listen().told));
    await stage.pass(1_000);
    const before = stage.listen();
    await stage.publish(5);
    await stage.pass(1_000);
    expect([first.told, before.told]).toEqual([numbers(1, 5), numbers(1, 5)]);
    expect(late).toEqual([numbers(3, 5)]);
  });

  it('nothing: a view that was stopped past its retention goes on from where it was', async () => {
    const stage = createStage();
    const view = stage.client.view(sinceMount, room);
    const shown = (): string[] => view.get().data.map(({ id }) => id);
    const stop = view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    stop();
    await stage.pass(60_000);
    await stage.publish(2);
    // What was there is shown, and said to be stale.
    expect([shown(), view.get().status, view.get().isStale]).toEqual([numbers(1, 3), 'success', true]);
    view.subscribe(() => {});
    await stage.pass(1_000);
    expect([shown(), view.get().gap, view.get().isStale]).toEqual([numbers(1, 5), null, false]);
  });

  it('nothing: it tells a gap where it cannot go on, and one with history starts again from that, never with a part of it', async () => {
    const stage = createStage({ server: { keeps: { eventsPerChannel: 45 } } });
    const plain = stage.client.view(sinceMount, room);
    const whole = stage.client.view(messages, room);
    const stops = [plain.subscribe(() => {}), whole.subscribe(() => {})];
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    for (const stop of stops) stop();
    await stage.pass(60_000);
    await stage.publish(60);
    const lengths = new Set<number>();
    plain.subscribe(() => {});
    whole.subscribe(() => lengths.add(whole.get().data.length), 'sync');
    await stage.pass(5_000);
    expect([plain.get().data.map(({ id }) => id), plain.get().gap?.reason]).toEqual([numbers(1, 3), 'trimmed']);
    expect([whole.get().data.map(({ id }) => id), whole.get().gap?.reason]).toEqual([numbers(19, 63), 'trimmed']);
    expect([...lengths]).toEqual([3, 45]);
  });

  it('nothing, and it says so: a view without history on a quiet channel is not pending because another subscriber was first', async () => {
    const stage = createStage();
    stage.listen();
    await stage.pass(1_000);
    const view = stage.client.view(sinceMount, room);
    view.subscribe(() => {});
    await stage.pass(1_000);
    expect(view.get()).toMatchObject({ status: 'success', liveStatus: 'live', data: [] });
  });

  it('nothing of a former user: what was stopped before is forgotten with the change', async () => {
    let token = 'ann';
    const stage = createStage({ server: { authenticate: ({ token: given }) => (given === undefined ? null : { id: given }) }, client: { auth: () => token } });
    const view = stage.client.view(sinceMount, room);
    const stop = view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    stop();
    await stage.pass(60_000);
    token = 'ben';
    stage.client.setUser('ben');
    await stage.pass(5_000);
    expect(view.get()).toMatchObject({ status: 'pending', data: [] });
  });
});
