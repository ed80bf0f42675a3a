// What the server has named, and what the client sends back of it: the identity of the storage.
import { describe, expect, it } from 'vitest';
import type { ServerPingFrame, WelcomeFrame } from '../../src/core/protocol/frames.js';
import { createSession } from '../../src/core/session.js';
import type { World } from '../../src/core/world.js';
import { api, createStage } from '../patterns/stage.js';

const WELCOME: WelcomeFrame = {
  t: 'welcome', v: 1, link: 0, node: 'n', tag: 'ada', storage: 'durable', fence: 'f1', features: [],
  limits: { channels: 200, windowPerLane: 32, keepMs: 0 }, ping: { visibleMs: 6_000, hiddenMs: 25_000 },
};
const ping = (fence: string): ServerPingFrame => ({ t: 'ping', n: 3, everyMs: 6_000, fence, confirmedMs: 0, heardMs: 0 });

function create() {
  const changes: string[] = [];
  const session = createSession({
    clientId: 'c', user: undefined, isVisible: () => true, onIdentityChanged() {}, onUserChanged() {}, onError() {},
    onFenceChanged: (fence) => changes.push(fence),
  });
  return { session, changes };
}

describe('the identity of the storage', () => {
  it('is no change when it is first named, nor when it is named again', () => {
    const { session, changes } = create();
    session.welcomed(WELCOME, 0);
    session.pong(ping('f1'));
    session.welcomed(WELCOME, 1);
    session.fenceSeen('f1');
    expect(changes).toEqual([]);
  });

  it('is told once when it changes, wherever it is named', () => {
    const { session, changes } = create();
    session.welcomed(WELCOME, 0);
    session.pong(ping('f2'));
    session.fenceSeen('f2');
    session.fenceSeen('f3');
    session.welcomed({ ...WELCOME, fence: 'f4' }, 0);
    expect(changes).toEqual(['f2', 'f3', 'f4']);
  });

  it('goes back to the server in hello and pong, the newest that was seen', () => {
    const { session } = create();
    expect(session.hello(0, 1, null)).not.toHaveProperty('fence');
    session.welcomed(WELCOME, 0);
    expect(session.pong(ping('f2'))).toMatchObject({ n: 3, fence: 'f2' });
    expect(session.hello(0, 2, null)).toMatchObject({ attempt: 2, fence: 'f2' });
  });

  it('that changes on a living connection has every followed query asked once more: nothing else would tell that the storage went back', async () => {
    const stage = createStage();
    let isOther = false;
    /** Storage behind a server that goes on, as after a failover: its next ping names another one. */
    const failover = (world: World): World => ({
      ...world,
      open: (url, protocols, events) =>
        world.open(url, protocols, { ...events, onMessage: (text) => events.onMessage(isOther ? text.replace(/"fence":"[^"]+"/, '"fence":"other"') : text) }),
    });
    const { client, frames, opened } = stage.act('ada', {}, failover);
    const asked = (): number => frames.filter(({ t, way }) => t === 'query' && way === 'up').length;
    client.liveQuery(api.queries.all, undefined, { channel: api.channels.room, params: { id: 1 } }).subscribe(() => {});
    await stage.until(() => asked() === 1);
    await stage.pass(15_000);
    expect(asked()).toBe(1);
    isOther = true;
    await stage.pass(15_000);
    expect([asked(), opened.length]).toEqual([2, 1]);
  });
});
