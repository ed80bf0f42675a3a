// The supervisor in front of a real process over real sockets: each fault does what its name says, and nobody may do one from outside.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createFaultDoor } from '../../examples/supervisor/fault-door.js';
import type { ServerState } from '../../examples/supervisor/fault.js';
import { createServerProcess, type ServerProcess } from '../../examples/supervisor/server-process.js';
import { createSocketRelay, type SocketRelay } from '../../examples/supervisor/socket-relay.js';

let child: ServerProcess;
let relay: SocketRelay;
let http: Server;
let base: string;

beforeEach(async () => {
  child = createServerProcess(new URL('./echo-server.mjs', import.meta.url));
  relay = createSocketRelay(child.port);
  http = createServer(createFaultDoor({ process: child, relay, origins: ['http://stories.test'] }));
  http.on('upgrade', relay.accept);
  await child.start();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  base = `127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await child.stop();
  relay.close();
  http.close();
  http.closeAllConnections();
});

const post = (fault: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`http://${base}/faults`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(fault) });
const state = async (): Promise<ServerState> => (await (await fetch(`http://${base}/faults`)).json()) as ServerState;

/** Asks until it is so; the clock of Vitest ends a test that never gets there. */
async function until(check: (now: ServerState) => boolean): Promise<ServerState> {
  for (;;) {
    const now = await state();
    if (check(now)) return now;
  }
}

async function open(page: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${base}/realtime?page=${page}&link=1`);
  await once(socket, 'open');
  return socket;
}
async function ask(socket: WebSocket, text: string): Promise<string> {
  socket.send(text);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  return answer.toString();
}

describe('the relay', () => {
  it('passes sockets on, and counts them', async () => {
    const socket = await open('a');
    const { pid } = await state();
    expect(await ask(socket, 'hello')).toBe(`${pid} hello`);
    expect((await state()).sockets).toBe(1);
    socket.close();
    await until(({ sockets }) => sockets === 0);
  });

  it('cuts the sockets of the page that is named, and no other’s', async () => {
    const [mine, other] = [await open('mine'), await open('other')];
    const closed = once(mine, 'close');
    expect((await post({ fault: 'cut', page: 'mine' })).status).toBe(200);
    expect((await closed)[0]).toBe(1006);
    expect(await ask(other, 'still here')).toContain('still here');
  });

  it('silences the sockets that a page has: open, and nothing comes; a new one works', async () => {
    const old = await open('mine');
    const heard: string[] = [];
    await ask(old, 'before');
    old.on('message', (text: Buffer) => heard.push(text.toString()));
    await post({ fault: 'silence', page: 'mine' });
    old.send('into the dark');
    const fresh = await open('mine');
    expect(await ask(fresh, 'one')).toContain('one');
    expect(await ask(fresh, 'two')).toContain('two');
    expect([heard, old.readyState]).toEqual([[], WebSocket.OPEN]);
    // Not even the server's end reaches it.
    await post({ fault: 'kill', downMs: 0 });
    await once(fresh, 'close');
    expect(old.readyState).toBe(WebSocket.OPEN);
    old.terminate();
  });

  it('forgets a silenced socket that its page has given up, and ends it', async () => {
    const { hostname, port } = new URL(`http://${base}`);
    const page = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    page.write(`GET /realtime?page=mine HTTP/1.1\r\nHost: ${base}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    await once(page, 'data');
    await post({ fault: 'silence', page: 'mine' });
    const ended = once(page.resume(), 'end');
    page.end();
    await ended;
    await until(({ sockets }) => sockets === 0);
  });
});

describe('a socket that is refused while the server is down', () => {
  it('is freed, though its client never hangs up', async () => {
    child.kill(60_000);
    const { port } = http.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write('GET /realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('503');
    const held = (): Promise<number> => new Promise((resolve) => http.getConnections((_error, count) => resolve(count)));
    while ((await held()) > 0) await new Promise(setImmediate);
    socket.destroy();
  });
});

describe('the process', () => {
  it('is killed, refuses meanwhile, and is another one afterwards', async () => {
    const before = await state();
    const socket = await open('a');
    const closed = once(socket, 'close');
    expect(await (await post({ fault: 'kill', downMs: 300 })).json()).toMatchObject({ server: 'down', pid: null });
    await closed;
    const refused = new WebSocket(`ws://${base}/realtime`);
    expect(String((await once(refused, 'error'))[0])).toContain('503');
    expect((await post({ fault: 'flood', perSecond: 1, forMs: 1 })).status).toBe(409);
    const after = await until(({ server }) => server === 'up');
    expect(after.run).toBe(before.run + 1);
    expect(after.pid).not.toBe(before.pid);
    expect(await ask(await open('a'), 'back')).toBe(`${after.pid} back`);
  });

  it('comes back when it ends by itself', async () => {
    const { pid } = await state();
    process.kill(pid!, 'SIGKILL');
    await until((now) => now.server === 'up' && now.pid !== pid);
  });

  it('is not started over and over when it ends before it has ever listened', async () => {
    const broken = createServerProcess(new URL('./no-such-server.mjs', import.meta.url));
    await expect(broken.start()).rejects.toThrow('ended before it listened');
    expect(broken.state()).toMatchObject({ server: 'down', run: 1, upAt: null });
  });

  it('is frozen, answers nothing, and answers all of it when it goes on', async () => {
    const socket = await open('a');
    expect(await (await post({ fault: 'freeze', forMs: 400 })).json()).toMatchObject({ server: 'frozen' });
    const heard: string[] = [];
    socket.on('message', (text: Buffer) => heard.push(text.toString()));
    const answered = once(socket, 'message');
    socket.send('hello?');
    await until(({ server }) => {
      if (server === 'frozen') expect(heard).toEqual([]);
      return server === 'up';
    });
    await answered;
    expect(heard[0]).toContain('hello?');
  });

  it('is told to flood', async () => {
    const socket = await open('a');
    await ask(socket, 'hello');
    const told = once(socket, 'message');
    await post({ fault: 'flood', perSecond: 5_000, forMs: 1_000 });
    expect(String((await told)[0])).toBe('flood 5000');
  });
});

describe('the door of the faults', () => {
  it.each([
    ['a foreign page', { origin: 'https://evil.example' }, 403],
    ['a page that may', { origin: 'http://stories.test' }, 200],
    ['a simple request of any page', { 'content-type': 'text/plain' }, 415],
  ])('asks who is there: %s', async (_, headers, status) => {
    expect((await post({ fault: 'cut', page: 'nobody' }, headers)).status).toBe(status);
  });

  it('answers no foreign host name', async () => {
    const request = await new Promise<number>((resolve) => {
      const { port } = http.address() as AddressInfo;
      void import('node:http').then(({ get }) => get({ host: '127.0.0.1', port, path: '/faults', headers: { host: 'rebound.example' } }, (answer) => resolve(answer.statusCode ?? 0)));
    });
    expect(request).toBe(403);
  });

  it.each([[{ fault: 'explode' }], [{ fault: 'cut' }], [{ fault: 'cut', page: '../x' }], [{ fault: 'freeze', forMs: -1 }], [{ fault: 'flood', perSecond: 1e9, forMs: 1 }], ['x'.repeat(2_000)]])(
    'refuses what is no fault: %j',
    async (fault) => {
      expect((await post(fault as object)).status).toBe(400);
    },
  );
});
