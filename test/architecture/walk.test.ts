/**
 * The walk in docs/ARCHITECTURE.md is what the machine does: the call stacks of a real command and of a real event,
 * over a real socket, are compared with the lists of the document, file by file.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { WebSocketClass } from '../../src/browser/attempt-socket.js';
import { createClient } from '../../src/browser/create-client.js';
import { append, channel, command, defineContract, defineView } from '../../src/contract/index.js';
import { createCommandObserver } from '../../src/core/data/command-status.js';
import { sendCommand } from '../../src/core/data/commands.js';
import type { Core } from '../../src/core/feature.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';

const document = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');
const Note = z.object({ text: z.string() });
const api = defineContract({
  channels: { room: channel('room:{id}', { events: { note: Note } }) },
  commands: { post: command({ input: Note, output: Note }) },
});

const close: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of close.splice(0).reverse()) await end();
});

/** The files of a numbered list under a heading, in order. */
function listed(heading: string): string[] {
  const section = document.split(`### ${heading}\n`)[1]?.split('\n### ')[0] ?? '';
  return [...section.matchAll(/^\d+\. `(src\/[^`]+)`/gm)].map(([, file]) => file as string);
}

/** The files of ours that are on the stack, the outermost first, each as often as it is entered. */
function entered(): string[] {
  Error.stackTraceLimit = 100;
  const files = (new Error().stack ?? '').split('\n').flatMap((line) => /(src\/[\w/.-]+\.tsx?)/.exec(line)?.[1] ?? []);
  return files.reverse().filter((file, index, all) => file !== all[index - 1]);
}

async function startServer(): Promise<string> {
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { room: 'public' }, commands: { post: 'public' } },
    commands: {
      post: ({ input, publish }) => {
        publish(api.channels.room, { id: '1' }, 'note', input);
        return input;
      },
    },
  });
  const http: Server = createServer();
  realtime.attach(http, { allowNoOrigin: true });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  close.push(() => new Promise((done) => http.close(done)), () => realtime.stop());
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/realtime`;
}

it('one command down and one event up, each file entered once', async () => {
  let down: string[] = [];
  let up: string[] = [];
  class Watched extends WebSocket {
    override send(text: string): void {
      if (text.startsWith('{"t":"command"')) down = entered();
      super.send(text);
    }
  }
  const url = await startServer();
  const client = createClient({ url, contract: api, WebSocket: Watched as unknown as WebSocketClass });
  close.push(() => client.dispose());
  const notes = defineView(api.channels.room, {
    initialState: [] as z.infer<typeof Note>[],
    reduce: (list, event) => {
      up = entered();
      return append(10)(list, event);
    },
  });
  const view = client.view(notes, { id: '1' });
  const live = new Promise<void>((done) => {
    const stop = view.subscribe(() => view.get().liveStatus === 'live' && done());
    close.push(stop);
  });
  const post = createCommandObserver((input: z.infer<typeof Note>) => sendCommand(client.core as Core, api.commands.post, input));
  await live;
  // The first command opens its lane and waits for that; the second walks straight down.
  await post.send({ text: 'first' }).result;
  await post.send({ text: 'second' }).result;
  await expect.poll(() => view.get().data.length).toBe(2);

  const inDocument = listed('Down: a command').filter((file) => !file.startsWith('src/react/'));
  expect(down).toEqual(inDocument);
  expect(up).toEqual(listed('Up: an event').filter((file) => !file.startsWith('src/react/')));
  expect(new Set(down).size).toBe(down.length);
  expect(new Set(up).size).toBe(up.length);

  await client.send(api.commands.post, { text: 'third' }).result;
  expect(down).toEqual(['src/browser/create-client.ts', ...inDocument.slice(1)]);
});

it('names files that exist, each once a way', () => {
  for (const heading of ['Down: a command', 'Through the server', 'Up: an event']) {
    const files = listed(heading);
    expect(files.length).toBeGreaterThan(5);
    expect(new Set(files).size).toBe(files.length);
    for (const file of files) expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).not.toBe('');
  }
});
