/** What the server holds clients to, and that schemas and types are one. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ClientFrame, ServerFrame } from '../../src/core/protocol/frames.js';
import { CLIENT_FRAME_CHECKS, CLIENT_FRAMES, SERVER_FRAMES } from '../../src/core/protocol/schemas.js';

/* Types: equal both ways, also in what is optional. A difference does not compile. */

type Deep<T, Wanted extends 'as-is' | 'required'> = unknown extends T
  ? 'unknown'
  : T extends string
    ? T
    : T extends readonly (infer Item)[]
    ? readonly Deep<Item, Wanted>[]
    : T extends object
      ? Wanted extends 'required'
        ? { readonly [K in keyof T]-?: Deep<Exclude<T[K], undefined>, Wanted> }
        : { readonly [K in keyof T]: Deep<T[K], Wanted> }
      : T;
type BothWays<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type IsSame<A, B> = BothWays<Deep<A, 'as-is'>, Deep<B, 'as-is'>> extends true ? BothWays<Deep<A, 'required'>, Deep<B, 'required'>> : false;
type AllSame<Schemas extends Record<string, z.ZodType>, Frame extends { readonly t: string }> = {
  [K in keyof Schemas | Frame['t']]: K extends keyof Schemas ? IsSame<z.output<Schemas[K]>, Extract<Frame, { readonly t: K }>> : false;
};
type Truth<T> = { [K in keyof T]: true };

const clientFrames: AllSame<typeof CLIENT_FRAMES, ClientFrame> = {
  hello: true, ping: true, pong: true, subscribe: true, unsubscribe: true, lane: true, command: true, query: true, cancel: true, publish: true,
} satisfies Truth<typeof CLIENT_FRAMES>;
const serverFrames: AllSame<typeof SERVER_FRAMES, ServerFrame> = {
  welcome: true, ping: true, pong: true, subscribed: true, unsubscribed: true, resync: true, events: true, volatile: true, lane: true, response: true, error: true,
} satisfies Truth<typeof SERVER_FRAMES>;

it('has a schema for every frame', () => {
  expect(Object.keys(clientFrames)).toEqual(Object.keys(CLIENT_FRAMES));
  expect(Object.keys(serverFrames)).toEqual(Object.keys(SERVER_FRAMES));
});

/* Limits */

const VALID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  hello: { t: 'hello', v: 1, token: 'x', client: 'c1', link: 0, attempt: 1, fence: 'f', features: [], outbox: 'memory', visible: true },
  ping: { t: 'ping', n: 1, visible: true },
  pong: { t: 'pong', n: 1, visible: false },
  subscribe: { t: 'subscribe', channels: [{ name: 'room:1', generation: 1, position: { epoch: 'e', offset: 0 }, history: 10 }] },
  unsubscribe: { t: 'unsubscribe', channels: [{ name: 'room:1', generation: 1 }] },
  lane: { t: 'lane', lane: 'default', last: 0 },
  command: { t: 'command', lane: 'default', n: 1, id: 'c1', name: 'post', input: [], remainingMs: 1 },
  query: { t: 'query', id: 'q1', name: '$history', remainingMs: 0, stamp: ['room:1'] },
  cancel: { t: 'cancel', id: 'q1' },
  publish: { t: 'publish', channel: 'room:1', name: 'typing', data: { on: true } },
};

const verdict = (frame: Readonly<Record<string, unknown>>): string | null => {
  const check = CLIENT_FRAME_CHECKS.get(frame.t as string);
  if (check === undefined) throw new Error(`no check for ${String(frame.t)}`);
  return check(frame);
};
const changed = (type: string, change: Readonly<Record<string, unknown>>): string | null => verdict({ ...VALID[type], ...change });
const wanted = (change: Readonly<Record<string, unknown>>): Record<string, unknown> => ({ channels: [{ name: 'room:1', generation: 1, ...change }] });
const many = (count: number): Record<string, unknown> => ({ channels: Array.from({ length: count }, (_, i) => ({ name: `c${i}`, generation: 1 })) });

describe('client frames', () => {
  it.each(Object.keys(CLIENT_FRAMES))('%s: accepted, and unknown fields are ignored', (type) => {
    expect(changed(type, {})).toBeNull();
    expect(changed(type, { later: { deep: [1] } })).toBeNull();
  });

  it.each<[string, Record<string, unknown>]>([
    ['hello', { token: 'x'.repeat(8_192) }],
    ['hello', { v: 99 }],
    ['subscribe', wanted({ name: `a${'%3A'.repeat(85)}` })],
    ['subscribe', wanted({ history: 1_000 })],
    ['subscribe', many(200)],
    ['subscribe', { channels: [] }],
    ['command', { name: 'a_A-1.b:c$', lane: 'x'.repeat(128), id: 'x'.repeat(64), n: Number.MAX_SAFE_INTEGER, remainingMs: 2 ** 31 - 1 }],
    ['query', { remainingMs: 0.5, input: null }],
  ])('%s may say %j', (type, change) => expect(changed(type, change)).toBeNull());

  it.each<[string, Record<string, unknown>, string]>([
    ['hello', { token: 'x'.repeat(8_193) }, 'token'],
    ['hello', { token: 'é'.repeat(4_097) }, 'token'],
    ['hello', { token: null }, 'token'],
    ['hello', { client: '' }, 'client'],
    ['hello', { client: 'x'.repeat(65) }, 'client'],
    ['hello', { client: 'a\nb' }, 'client'],
    ['hello', { link: -1 }, 'link'],
    ['hello', { attempt: 0 }, 'attempt'],
    ['hello', { attempt: 1.5 }, 'attempt'],
    ['hello', { features: 'none' }, 'features'],
    ['hello', { features: Array.from({ length: 33 }, () => 'f') }, 'features'],
    ['hello', { outbox: 'disk' }, 'outbox'],
    ['hello', { fence: 'x'.repeat(2_049) }, 'fence'],
    ['ping', { n: 1.5 }, 'n'],
    ['ping', { visible: 1 }, 'visible'],
    ['pong', { n: 2 ** 53 }, 'n'],
    ['subscribe', many(201), 'channels'],
    ['subscribe', wanted({ name: '' }), 'channels.0.name'],
    ['subscribe', wanted({ name: 'x'.repeat(257) }), 'channels.0.name'],
    ['subscribe', wanted({ name: 'room 1' }), 'channels.0.name'],
    ['subscribe', wanted({ name: 'room:1\n' }), 'channels.0.name'],
    ['subscribe', wanted({ generation: 0 }), 'channels.0.generation'],
    ['subscribe', wanted({ history: 1_001 }), 'channels.0.history'],
    ['subscribe', wanted({ position: { epoch: 'e', offset: -1 } }), 'channels.0.position.offset'],
    ['subscribe', wanted({ position: { epoch: 'x'.repeat(129), offset: 1 } }), 'channels.0.position.epoch'],
    ['unsubscribe', many(201), 'channels'],
    ['lane', { lane: 'a b' }, 'lane'],
    ['lane', { last: -1 }, 'last'],
    ['lane', { create: 'yes' }, 'create'],
    ['command', { n: 0 }, 'n'],
    ['command', { lane: 'x'.repeat(129) }, 'lane'],
    ['command', { name: 'post/now' }, 'name'],
    ['command', { id: 'x'.repeat(65) }, 'id'],
    ['command', { remainingMs: -1 }, 'remainingMs'],
    ['command', { remainingMs: 2 ** 31 }, 'remainingMs'],
    ['command', { remainingMs: Number.POSITIVE_INFINITY }, 'remainingMs'],
    ['query', { name: '' }, 'name'],
    ['query', { stamp: ['a b'] }, 'stamp.0'],
    ['query', { stamp: Array.from({ length: 201 }, () => 'c') }, 'stamp'],
    ['cancel', { id: 7 }, 'id'],
    ['publish', { channel: 'room 1' }, 'channel'],
    ['publish', { name: 'x'.repeat(129) }, 'name'],
  ])('%s may not say %j', (type, change, path) => expect(changed(type, change)).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}: `)));

  it('never repeats what the client said', () => {
    const secret = 'sEcReT'.repeat(2_000);
    for (const type of Object.keys(VALID)) {
      for (const field of Object.keys(VALID[type] ?? {})) {
        if (field !== 't') expect(changed(type, { [field]: { [secret]: secret } }) ?? '').not.toContain('sEcReT');
      }
    }
  });
});
