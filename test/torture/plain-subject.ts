/** reconnecting-websocket as an application would use it: its own loop, its url provider for the token, `close` for a fatal code. Not a test. */
import ReconnectingWebSocket from 'reconnecting-websocket';
import type { Road } from './road.js';
import { HURRIED, type Subject } from './subject.js';

export function createPlainSubject(road: Road): Subject {
  let token = '';
  let attempts = 0;
  let isWelcome = false;
  let onWelcome = (): void => undefined;
  const provideUrl = async (): Promise<string> => {
    token = await road.token();
    return 'ws://the-road-decides.invalid/realtime?link=0';
  };
  const socket = new ReconnectingWebSocket(provideUrl, ['holdfast.v1'], {
    WebSocket: road.Impl,
    startClosed: true,
    minReconnectionDelay: HURRIED.baseMs,
    maxReconnectionDelay: HURRIED.capMs,
    reconnectionDelayGrowFactor: HURRIED.factor,
    minUptime: HURRIED.provenMs,
    connectionTimeout: HURRIED.connectMs,
  });
  socket.onopen = () => {
    isWelcome = false;
    socket.send(JSON.stringify({ t: 'hello', v: 1, token, client: `plain-${road.run}`, link: 0, attempt: ++attempts, features: [], outbox: 'memory', visible: true }));
  };
  socket.onmessage = ({ data }) => {
    if (!String(data).includes('"t":"welcome"')) return;
    isWelcome = true;
    onWelcome();
  };
  socket.onclose = ({ code }) => {
    isWelcome = false;
    if (code >= 4400 && code < 4500) socket.close();
  };

  return {
    open: () => socket.readyState !== 1 && socket.reconnect(),
    close: () => socket.close(),
    reconnect: () => socket.reconnect(),
    disconnect: () => socket.close(),
    signal: (signal) => signal === 'online' && socket.reconnect(),
    speak: () => socket.send('{"t":"ping","n":1,"visible":true}'),
    // It never knows of itself whether it will come back, so it always gets the button.
    get needsButton() {
      return !isWelcome;
    },
    askServer() {
      if (isWelcome && socket.readyState === 1) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const limit = setTimeout(reject, HURRIED.answerMs / 2, new Error('no welcome'));
        onWelcome = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    },
    unsettled: 0,
    describe: () => `readyState ${socket.readyState}, retryCount ${socket.retryCount}`,
    dispose: () => socket.close(),
  };
}
