/** The client as it is shipped, on real sockets; only its page signals and its dice are ours. Not a test. */
import { createClient } from '../../src/browser/create-client.js';
import { createBrowserWorld } from '../../src/browser/world.js';
import type { Signal } from '../../src/core/world.js';
import type { Road } from './road.js';
import { api } from './site.js';
import { HURRIED, type Subject } from './subject.js';

export function createShippedSubject(road: Road): Subject {
  const dice = road.dice.stream('client');
  const listeners = new Set<(signal: Signal) => void>();
  // Bad tokens and bad URLs are reported here, as they should be; what counts is what becomes of the connection.
  const onError = (): void => undefined;
  const client = createClient({
    url: 'ws://the-road-decides.invalid/realtime',
    contract: api,
    auth: () => road.token(),
    onError,
    timings: {
      backoff: HURRIED,
      connectMs: HURRIED.connectMs,
      welcomeMs: HURRIED.connectMs,
      tokenMs: 60,
      queryMs: HURRIED.answerMs,
      commandMs: 2_000,
      channelLeaseMs: 2,
      linkLeaseMs: 3,
    },
    world: {
      ...createBrowserWorld(road.Impl, onError),
      dice,
      watch(onSignal) {
        listeners.add(onSignal);
        return () => listeners.delete(onSignal);
      },
    },
  });
  const releases: (() => void)[] = [];
  let unsettled = 0;
  const settles = (promise: Promise<unknown>): void => {
    unsettled += 1;
    const settled = (): void => void (unsettled -= 1);
    promise.then(settled, settled);
  };

  return {
    open: () => void releases.push(dice.chance(0.5) ? client.hold() : client.channel(api.channels.room, { id: '1' }).subscribe({})),
    close: () => releases.pop()?.(),
    reconnect: client.reconnect,
    disconnect: client.disconnect,
    signal(signal) {
      for (const tell of listeners) tell(signal);
    },
    speak: () => settles(dice.chance(0.5) ? client.send(api.commands.say, 'x').result : client.query(api.queries.echo, 1)),
    get needsButton() {
      return client.connection.get().status === 'disconnected';
    },
    async askServer() {
      const answer = await client.query(api.queries.echo, road.run);
      if (answer !== road.run) throw new Error(`the answer was ${answer}`);
    },
    get unsettled() {
      return unsettled;
    },
    describe: () => JSON.stringify(client.connection.get()),
    dispose: client.dispose,
  };
}
