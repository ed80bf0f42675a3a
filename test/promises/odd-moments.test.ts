/** The promises hold at odd moments: what an application does inside its own callbacks, and to what it does not show at present. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, createClient, defineContract, defineView, type RealtimeError } from '../../src/index.js';
import { api, createStage, messages, numbers, room, sinceMount } from './stage.js';

const byToken = { authenticate: ({ token }: { readonly token?: string | undefined }) => (token === undefined ? null : { id: token }) };

describe('a view that was stopped', () => {
  it('starts again from its whole history after a resync, not from what came since', async () => {
    const stage = createStage();
    const view = stage.client.view(messages, room);
    const stop = view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    stop();
    await stage.pass(60_000);
    view.resync();
    await stage.publish(2);
    view.subscribe(() => {});
    await stage.pass(1_000);
    expect([view.get().data.map(({ id }) => id), view.get().gap]).toEqual([numbers(1, 5), null]);
  });
});

describe('another user inside a callback', () => {
  it('leaves nothing of the former one: the rest of a run reaches no listener and no view', async () => {
    let token = 'ann';
    const stage = createStage({ server: byToken as never, client: { auth: () => token } });
    await stage.publish(3);
    const late: string[] = [];
    const first = stage.listen((what) => {
      if (what !== '4') return;
      token = 'ben';
      stage.client.setUser('ben');
      stage.client.channel(api.channels.room, room).subscribe({ onEvent: ({ data }) => late.push(data.id) });
    });
    const second = stage.listen();
    const view = stage.client.view(sinceMount, room);
    view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(200);
    const former = [first.told, second.told, late, view.get().data.length];
    expect(former).toEqual([['4'], [], [], 0]);
  });
});

describe('a function that folds events', () => {
  const odd = (inside: () => void) =>
    defineView(api.channels.room, {
      initialState: [] as string[],
      reduce(list, { data }) {
        if (data.id === '1') inside();
        return [...list, data.id];
      },
    });

  it('may resync its own view: that begins after the event', async () => {
    const stage = createStage();
    const view = stage.client.view(
      odd(() => view.resync()),
      room,
    );
    view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(3);
    await stage.pass(1_000);
    const before = view.get().data;
    await stage.publish(1);
    await stage.pass(1_000);
    expect([before, view.get().data]).toEqual([
      ['2', '3'],
      ['2', '3', '4'],
    ]);
  });

  it('may name another user: nothing of the former one is shown, in a view or in a query', async () => {
    let token = 'ann';
    const stage = createStage({ server: byToken as never, client: { auth: () => token } });
    const signIn = (): void => stage.client.setUser((token = 'ben'));
    const view = stage.client.view(odd(signIn), room);
    view.subscribe(() => {});
    await stage.pass(1_000);
    await stage.publish(1);
    await stage.pass(5_000);
    expect(view.get()).toMatchObject({ status: 'success', data: [] });

    token = 'ann';
    stage.client.setUser('ann');
    const list = stage.follow();
    list.setApply(((all: unknown[], { data }: { readonly data: unknown }) => {
      signIn();
      return [...all, data];
    }) as never);
    let shown: unknown[] = [];
    list.subscribe(() => shown.push(list.get().data), 'sync');
    await stage.pass(5_000);
    shown = [];
    await stage.publish(1);
    await stage.pass(5_000);
    // The query's answer is empty: nothing but the former user's event could be in it.
    expect(shown.filter((data) => data !== undefined && (data as unknown[]).length > 0)).toEqual([]);
  });
});

describe('a command that is taken into the outbox', () => {
  it('has an outcome when the client is disposed by who looks at the outbox', async () => {
    const stage = createStage();
    await stage.pass(1_000);
    stage.client.outbox.subscribe(() => stage.client.dispose(), 'sync');
    const { result } = stage.client.send(api.commands.post, { id: 'own' });
    const outcome = await Promise.race([result.then(() => 'done', (error: RealtimeError) => error.code), stage.pass(5_000).then(() => 'open')]);
    expect(outcome).toBe('cancelled');
  });

  it('does not go as another user, who signs in while it is taken', async () => {
    let token = 'ann';
    const ran: string[] = [];
    const stage = createStage({ server: { ...byToken, commands: { post: ({ user }: { readonly user: { readonly id: string } }) => void ran.push(user.id) } } as never, client: { auth: () => token } });
    await stage.pass(1_000);
    const stop = stage.client.outbox.subscribe(() => {
      stop();
      token = 'ben';
      stage.client.setUser('ben');
    }, 'sync');
    const { result } = stage.client.send(api.commands.post, { id: 'own' });
    const outcome = result.then(() => 'done', (error: RealtimeError) => error.code);
    await stage.pass(5_000);
    expect([await outcome, ran]).toEqual(['cancelled', []]);
  });
});

describe('a command whose optimistic function names another user', () => {
  it('is of the former one, and does not go', async () => {
    let token = 'ann';
    const ran: string[] = [];
    const stage = createStage({ server: { ...byToken, commands: { post: ({ user }: { readonly user: { readonly id: string } }) => void ran.push(user.id) } } as never, client: { auth: () => token } });
    await stage.pass(1_000);
    const { result } = stage.client.send(api.commands.post, { id: 'own' }, { optimistic: () => stage.client.setUser((token = 'ben')) });
    const outcome = result.then(() => 'done', (error: RealtimeError) => error.code);
    await stage.pass(5_000);
    expect([await outcome, ran]).toEqual(['cancelled', []]);
  });
});

describe('somebody who watches a query that others hold, and throws', () => {
  it('costs them nothing: neither their answer nor the end of the client', async () => {
    const stage = createStage({ client: { onError: () => {} } });
    const list = stage.follow();
    list.watch(() => {
      throw new Error('thrown');
    });
    list.subscribe(() => {});
    await stage.pass(1_000);
    expect(list.get()).toMatchObject({ status: 'success', data: [] });
    stage.client.dispose();
    expect(stage.client.connection.get().status).toBe('idle');
  });
});

describe('a listener that is mounted inside an error callback', () => {
  it('gets what comes from the wrong event on', async () => {
    const stage = createStage();
    const strict = defineContract({ channels: { room: channel('room:{id}', { events: { message: z.object({ id: z.string(), text: z.string().min(2) }) } }) } });
    const told: string[][] = [];
    const listen = (): void => {
      const own: string[] = [];
      told.push(own);
      client.channel(strict.channels.room, room).subscribe({ onEvent: ({ data }) => own.push(data.id), onGap: ({ reason }) => own.push(`gap ${reason}`) });
    };
    const client = createClient({ url: 'ws://rooms.test/', contract: strict, world: stage.world.client('other'), onError: () => told.length === 1 && listen() });
    listen();
    await stage.pass(1_000);
    await stage.server.core().publish(api.channels.room, room, 'message', { id: 'wrong', text: '' });
    await stage.publish(2);
    await stage.pass(1_000);
    expect(told).toEqual([
      ['gap invalid', '1', '2'],
      ['gap invalid', '1', '2'],
    ]);
  });
});
