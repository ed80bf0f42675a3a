/** The binding to the outside: addresses, the platform's WebSocket, the signal of a query. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { WebSocketClass } from '../../../src/browser/attempt-socket.js';
import { createClient } from '../../../src/browser/create-client.js';
import { channel, command, defineContract, query } from '../../../src/contract/index.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import { ScriptedSocket } from './scripted-socket.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { note: z.string() } }) },
  queries: { all: query({ input: z.number(), output: z.array(z.string()) }) },
  commands: { say: command({ input: z.string() }) },
});
const other = defineContract({ commands: { say: command({ input: z.string() }) } });
const Impl = ScriptedSocket as unknown as WebSocketClass;
let errors: RealtimeError[] = [];
const make = (url: string, parts: object = {}) => createClient({ url, contract: api, WebSocket: Impl, onError: (error) => errors.push(error), ...parts });
const settle = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => {
  vi.useFakeTimers();
  ScriptedSocket.made.length = 0;
  errors = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(url: string): Promise<string | undefined> {
  const client = make(url);
  client.hold();
  await settle();
  client.dispose();
  return ScriptedSocket.made.at(-1)?.url;
}

describe('numbers that are given', () => {
  it('one of the backoff leaves the others as they are: there is a wait between the attempts', async () => {
    const client = make('ws://throw/', { timings: { backoff: { maxAttempts: 3 } } });
    client.hold();
    await settle();
    const { attempt, nextRetryAt } = client.connection.get();
    expect([attempt, nextRetryAt]).toEqual([1, expect.any(Number)]);
    expect(nextRetryAt).not.toBeNaN();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.connection.get()).toMatchObject({ status: 'disconnected', reason: { kind: 'unavailable' } });
    client.dispose();
  });

  it('undefined is as good as left out', async () => {
    const client = make('ws://x/', { pool: { size: undefined }, bounds: { outboxCommands: undefined }, timings: { connectMs: undefined, backoff: undefined } });
    client.hold();
    await settle();
    const first = client.send(api.commands.say, 'x');
    await expect(first.queued).resolves.toBeUndefined();
    await vi.advanceTimersByTimeAsync(3_900);
    expect([client.connection.get().links.map(({ state }) => state), ScriptedSocket.made.length]).toEqual([['connecting'], 1]);
    client.dispose();
    await expect(first.result).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what is no number', () => {
  it.each([
    ['connectMs', { timings: { connectMs: Number.NaN } }],
    ['baseMs', { timings: { backoff: { baseMs: Number.NaN } } }],
    ['firstMs', { timings: { backoff: { firstMs: -1 } } }],
    ['queryMs', { timings: { queryMs: '5s' } }],
    ['maxAttempts', { timings: { backoff: { maxAttempts: Number.NaN } } }],
    ['outboxBytes', { bounds: { outboxBytes: null } }],
    ['size', { pool: { size: Number.NaN } }],
  ])('%s is refused by name where it enters', (name, parts) => {
    expect(() => make('ws://x/', parts)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining(`option ${name} is`) as string }));
  });
});

describe('the address', () => {
  it.each([
    ['wss://app.example/realtime', 'wss://app.example/realtime?link=0'],
    ['https://app.example/rt?team=7#top', 'wss://app.example/rt?team=7&link=0'],
    ['http://localhost:8080', 'ws://localhost:8080/?link=0'],
  ])('%s is opened as %s', async (url, expected) => expect(await opened(url)).toBe(expected));

  it('a path stands on the page', async () => {
    vi.stubGlobal('location', { href: 'https://app.example/deep/page?x=1' });
    expect(await opened('/realtime')).toBe('wss://app.example/realtime?link=0');
    expect(await opened('realtime')).toBe('wss://app.example/deep/realtime?link=0');
  });

  it('a client without a contract or a dialect, or without an address, is refused', () => {
    for (const parts of [{ contract: undefined }, { url: undefined }]) {
      expect(() => make('ws://x/', parts)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining('needs url and contract') as string }));
    }
  });

  it.each(['ftp://x/', 'not a url', 'javascript:1'])('%s is refused at once', (url) => {
    expect(() => make(url)).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('a path is no mistake where a page is only rendered: nothing is opened there', () => {
    expect(make('/realtime').connection.get().status).toBe('idle');
    expect(ScriptedSocket.made).toHaveLength(0);
  });
});

describe('the logger', () => {
  it('is told what each link does and why it was lost, and may throw', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const lines: string[] = [];
    const client = make('wss://app.example/realtime', {
      auth: () => 'secret',
      logger: {
        debug(line: string, details: object) {
          lines.push(`${line} ${JSON.stringify(details)}`);
          throw new Error('mine');
        },
      },
    });
    client.hold();
    await settle();
    ScriptedSocket.last.closed(1006, 'gone');
    await settle();
    client.dispose();
    expect(lines).toEqual([
      'holdfast link 0: idle → authorizing {"attempt":0}',
      'holdfast link 0: authorizing → connecting {"attempt":0}',
      expect.stringMatching(/^holdfast link 0: connecting → waiting \{"code":1006,"reason":"gone","attempt":1\}$/) as string,
      'holdfast link 0: waiting → idle {}',
    ]);
    expect(lines.join()).not.toContain('secret');
  });
});

describe('the platform', () => {
  it('without a WebSocket is told of, with what to do, at each attempt', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const client = make('ws://x/', { WebSocket: undefined });
    client.hold();
    await settle();
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "misuse: This platform has no WebSocket. Pass one, createClient({ WebSocket }), for instance that of the package 'ws'. (holdfast/docs/errors.md#misuse)",
    ]);
    client.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('an onError that throws ends nothing', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.stubGlobal('WebSocket', undefined);
    const client = make('ws://x/', {
      WebSocket: undefined,
      onError: () => {
        throw new Error('from onError');
      },
    });
    client.hold();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.connection.get().status).toBe('connecting');
    expect(said).toHaveBeenCalled();
    client.dispose();
  });
});

describe('wrong use', () => {
  it('a part of another contract is refused by name', () => {
    expect(() => make('ws://x/').send(other.commands.say, 'x')).toThrow(/command 'say' is not of the contract/);
  });

  it('a query that is given up rejects as cancelled, at once or before it began', async () => {
    const client = make('ws://x/');
    const controller = new AbortController();
    const asked = client.query(api.queries.all, 1, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.query(api.queries.all, 1, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    client.dispose();
  });

  it('bad input rejects where it entered, and nothing is sent', async () => {
    const client = make('ws://x/');
    await expect(client.query(api.queries.all, 'one' as unknown as number)).rejects.toMatchObject({ code: 'invalid' });
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const input of [1, cyclic, 10n, Symbol('x'), () => {}] as unknown as string[]) {
      const sent = client.send(api.commands.say, input);
      await expect(sent.queued).rejects.toMatchObject({ code: 'invalid' });
      await expect(sent.result).rejects.toMatchObject({ code: 'invalid' });
      expect(sent.progress.get().status).toBe('error');
    }
    await expect(client.send(api.commands.say, 'x'.repeat(70_000)).result).rejects.toMatchObject({ code: 'too-large' });
    expect(client.outbox.get()).toMatchObject({ pending: 0, bytes: 0 });
    client.dispose();
  });

  it('after dispose everything ends as disposed, and no timer is left', async () => {
    const client = make('ws://x/');
    const unsent = client.send(api.commands.say, 'x');
    const asked = client.query(api.queries.all, 1);
    client.dispose();
    await expect(unsent.result).rejects.toMatchObject({ code: 'cancelled' });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.send(api.commands.say, 'x').result).rejects.toMatchObject({ code: 'disposed' });
    await expect(client.query(api.queries.all, 1)).rejects.toMatchObject({ code: 'disposed' });
    expect(unsent.progress.get().status).toBe('error');
    // The package's own 0 ms timer cannot be taken back; it finds the instance closed and does nothing.
    await settle();
    expect(ScriptedSocket.made).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
