// Payloads inside of frames, both ways: how large an input may be, what answers, outcomes and events become, what a client event looks like on its way out.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query, volatile } from '../../src/core/define-contract.js';
import { eventDecoder, publishCommand, readAnswer, readOutcome, readVolatile, takeInput, takeVolatile, timeoutError } from '../../src/core/payloads.js';
import type { WireError } from '../../src/core/protocol/codes.js';
import type { ErrorFrame, ResponseFrame } from '../../src/core/protocol/frames.js';

const told = defineContract({
  channels: {
    room: channel('room:{id}', {
      events: { said: z.string().transform((text) => text.toUpperCase()) },
      clientEvents: { typing: volatile(z.boolean()), note: z.string(), cursor: volatile(z.any()) },
    }),
  },
  queries: { find: query({ input: z.string(), output: z.string() }) },
  commands: { any: command({ input: z.any() }), post: command({ input: z.string(), output: z.string(), errors: { full: z.object({ seats: z.number() }) } }) },
});
const { post } = told.commands;
const { find } = told.queries;
const { room } = told.channels;

describe('an input on its way out', () => {
  it('leaves 1,024 bytes of a frame for what is around it, and a level of its depth', () => {
    const room = 64 * 1_024 - 1_024;
    expect(takeInput(told.commands.any, 'x'.repeat(room - 2)).bytes).toBe(room);
    expect(() => takeInput(told.commands.any, 'x'.repeat(room - 1))).toThrow(expect.objectContaining({ code: 'too-large' }));
    const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
    expect(takeInput(told.commands.any, nested(31)).bytes).toBe(63);
    expect(() => takeInput(told.commands.any, nested(32))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

describe('an answer on its way in', () => {
  const failed = (code: string, more: Partial<ErrorFrame> = {}): ErrorFrame => ({ t: 'error', id: 'x', code: code as WireError, message: 'MESSAGE', final: true, ...more });
  const response = (result?: unknown): ResponseFrame => ({ t: 'response', id: 'x', ...(result !== undefined && { result }) });

  it('is held against the contract', () => {
    expect(readAnswer(find, response('a'))).toEqual({ ok: true, value: 'a' });
    expect(readAnswer(find, response(7))).toMatchObject({ ok: false, error: { code: 'invalid', message: expect.stringContaining("The answer to query 'find' does not fit the contract") as string } });
  });

  it.each([
    ['invalid', 'invalid', "The server found the input of command 'post' wrong: MESSAGE"],
    ['forbidden', 'forbidden', "The server does not let this user run command 'post'."],
    ['timeout', 'timeout', "The server's handler of command 'post' took too long."],
    ['too-large', 'too-large', "The server refused command 'post' for its size: MESSAGE"],
    ['unsupported', 'unsupported', "The server does not know command 'post'."],
    ['unavailable', 'unavailable', "The server cannot answer command 'post' now."],
    ['cancelled', 'cancelled', "command 'post' was cancelled."],
    ['void', 'cancelled', "command 'post' was cancelled."],
    ['internal', 'internal', "The server failed at command 'post': MESSAGE"],
    ['one of a later version', 'internal', "The server failed at command 'post': MESSAGE"],
  ])('that says %s is an error with code %s, and a sentence', (wire, code, sentence) => {
    const answer = readAnswer(post, failed(wire));
    expect(answer).toMatchObject({ ok: false, error: { code } });
    expect(answer.ok ? '' : answer.error.message).toContain(sentence);
  });

  it('that rejects carries what the contract says, and no more than that it was rejected where it does not', () => {
    expect(readAnswer(post, failed('rejected', { name: 'full', data: { seats: 3 } }))).toMatchObject({ error: { code: 'rejected', reason: 'full', data: { seats: 3 } } });
    for (const frame of [failed('rejected'), failed('rejected', { name: 'empty' }), failed('rejected', { name: 'toString' }), failed('rejected', { name: 'full', data: { seats: 'three' } })]) {
      expect(readAnswer(post, frame)).toMatchObject({ error: { code: 'rejected', reason: undefined, data: undefined } });
    }
    expect(readAnswer(find, failed('rejected', { name: 'full', data: { seats: 3 } }))).toMatchObject({ error: { code: 'rejected', reason: undefined } });
  });

  it('that does not come names the query and its time', () => {
    expect(timeoutError(find, 2_000)).toMatchObject({ code: 'timeout', message: expect.stringContaining("Query 'find' had no answer within 2000 ms.") as string });
  });

  it('says how a command ended', () => {
    expect(readOutcome(post, { kind: 'done', frame: response('a') })).toEqual({ ok: true, value: 'a' });
    expect(readOutcome(post, { kind: 'failed', frame: failed('forbidden') })).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    expect(readOutcome(post, { kind: 'handed-over' })).toEqual({ ok: true, value: undefined });
    const codes = (['expired', 'cancelled', 'dropped', 'outcome-unknown'] as const).map((kind) => {
      const answer = readOutcome(post, { kind });
      return answer.ok ? 'ok' : answer.error.code;
    });
    expect(codes).toEqual(['expired', 'cancelled', 'queue-full', 'outcome-unknown']);
  });
});

describe('events', () => {
  it('that were kept are read by their schema; one of another contract is none', () => {
    const decode = eventDecoder(room);
    expect(decode({ name: 'said', data: 'a', time: 0 })).toEqual({ ok: true, data: 'A' });
    expect(decode({ name: 'said', data: 7, time: 0 })).toMatchObject({ ok: false });
    expect([decode({ name: 'sung', data: 'a', time: 0 }), decode({ name: 'toString', data: 'a', time: 0 })]).toEqual([null, null]);
  });

  const volatileFrame = (name: string, data: unknown, by?: string) => ({ t: 'volatile', channel: 'room:1', name, data, ...(by !== undefined && { by }) }) as const;
  it('that nobody keeps are read, or left out without a word', () => {
    expect(readVolatile(room, volatileFrame('typing', true, 'ann'))).toEqual({ name: 'typing', data: true, by: 'ann' });
    expect(readVolatile(room, volatileFrame('typing', true))).toEqual({ name: 'typing', data: true });
    for (const frame of [volatileFrame('typing', 'yes'), volatileFrame('note', 'kept'), volatileFrame('sung', 1), volatileFrame('toString', 1)]) expect(readVolatile(room, frame)).toBeNull();
  });

  it('that nobody keeps, but whose schema can judge nothing, are a mistake of the contract', () => {
    const wrong = defineContract({ channels: { room: channel('room', { events: {}, clientEvents: { typing: volatile({ '~standard': { version: 1, vendor: 'test', validate: () => Promise.resolve({ value: 1 }) } }) } }) } });
    expect(() => readVolatile(wrong.channels.room, volatileFrame('typing', true))).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('that nobody keeps go out as they are, up to 1,024 bytes', () => {
    const take = (data: unknown) => takeVolatile('room:1', 'cursor', z.any(), data);
    expect(take({ x: 1 })).toEqual({ t: 'publish', channel: 'room:1', name: 'cursor', data: { x: 1 } });
    expect(take(undefined)).toEqual({ t: 'publish', channel: 'room:1', name: 'cursor' });
    expect(take('x'.repeat(1_022))).toMatchObject({ data: 'x'.repeat(1_022) });
    expect(() => take('x'.repeat(1_023))).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(() => take(1n)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => takeVolatile('room:1', 'typing', z.boolean(), 'yes')).toThrow(expect.objectContaining({ code: 'invalid', message: expect.stringContaining("Client event 'typing' of 'room:1' does not fit") as string }));
  });

  it('that are kept go out as a command, held against their own schema', () => {
    const publish = publishCommand(z.string());
    expect(takeInput(publish, { channel: 'room:1', name: 'note', data: 'a' }).input).toEqual({ channel: 'room:1', name: 'note', data: 'a' });
    expect(() => takeInput(publish, { channel: 'room:1', name: 'note', data: 7 })).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect([publish.key, publish.lane]).toEqual(['$publish', 'default']);
  });
});
