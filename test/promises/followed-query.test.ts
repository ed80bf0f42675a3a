/** A query that follows a channel is never stuck: not when its user is kicked, not when it is asked again and has no answer in time. */
import { describe, expect, it } from 'vitest';
import { api, createStage, room } from './stage.js';

describe('a query that follows is stuck', () => {
  it('not after its user was kicked: it shows the error, keeps no edit of a done command, and refetch() asks again', async () => {
    const stage = createStage();
    const list = stage.follow();
    list.subscribe(() => {});
    await stage.pass(1_000);
    stage.server.core().kick('ann', 'room:1');
    await stage.pass(1_000);
    expect(list.get()).toMatchObject({ status: 'error', error: { code: 'forbidden' }, isStale: true });
    const sent = stage.client.send(api.commands.post, { id: 'own' }, { optimistic: (local) => local.query(api.queries.list, room, (all) => [...all, { id: 'edit', text: '' }]) });
    expect(list.get().data).toMatchObject([{ id: 'edit' }]);
    await stage.pass(1_000);
    await sent.result;
    expect(list.get().data).toEqual([]);
    list.refetch();
    await stage.pass(1_000);
    expect(list.get()).toMatchObject({ status: 'success', error: null, isStale: false, data: [{ id: 'own' }] });
    // It follows again.
    await stage.publish(1);
    await stage.pass(1_000);
    expect(list.get().data).toMatchObject([{ id: 'own' }, { id: '1' }]);
  });

  it('not when the question after a gap has no answer in time: it is asked again', async () => {
    let isSilent = false;
    const stored: { readonly id: string; readonly text: string }[] = [];
    const stage = createStage({
      server: {
        keeps: { eventsPerChannel: 1 },
        queries: { list: () => (isSilent ? new Promise(() => {}) : [...stored]) },
      },
    });
    const list = stage.follow();
    list.subscribe(() => {});
    await stage.pass(1_000);
    isSilent = true;
    stage.cut();
    await stage.publish(3);
    stored.push({ id: '1', text: '' }, { id: '2', text: '' }, { id: '3', text: '' });
    await stage.pass(13_000);
    expect(list.get()).toMatchObject({ status: 'error', error: { code: 'timeout' } });
    isSilent = false;
    await stage.pass(20_000);
    expect(list.get()).toMatchObject({ status: 'success', error: null, isStale: false, data: [{ id: '1' }, { id: '2' }, { id: '3' }] });
  });
});
