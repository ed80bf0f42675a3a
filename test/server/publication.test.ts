// What goes into storage, and what a client sent: held against the contract.
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract } from '../../src/contract/index.js';
import type { Schema } from '../../src/core/contract.js';
import { validate } from '../../src/core/validate.js';
import { readInput } from '../../src/server/core/input.js';
import { publication } from '../../src/server/core/publication.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string(), any: z.any(), left: z.undefined(), upper: z.string().transform((text) => text.toUpperCase()) } }) },
  commands: { post: command({ input: z.object({ n: z.number() }) }), stop: command() },
});
const { room } = api.channels;
const stamp = { time: 5, by: 'ann', command: 'c1' };
const schema = (run: (value: unknown) => unknown): Schema => ({ '~standard': { version: 1, vendor: 'test', validate: run as never } });

describe('an event on its way into storage', () => {
  it('is written once, with its stamp, before any transform', () => {
    expect(JSON.parse(publication(room, 'said', 'a', stamp).text)).toEqual({ name: 'said', data: 'a', ...stamp });
    expect(JSON.parse(publication(room, 'upper', 'a', stamp).text)).toMatchObject({ data: 'a' });
    expect(JSON.parse(publication(room, 'left', undefined, { time: 5 }).text)).toEqual({ name: 'left', time: 5 });
    expect(JSON.parse(publication(room, 'any', null, stamp).text)).toEqual({ name: 'any', data: null, ...stamp });
  });

  const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
  it.each<[string, string, unknown, string, RegExp]>([
    ['of no name of the contract', 'sung', 'a', 'misuse', /'room:\{id\}' has no event 'sung'/],
    ['of a name that every object inherits', 'toString', 'a', 'misuse', /has no event 'toString'/],
    ['that does not fit', 'said', 7, 'invalid', /Event 'said' of 'room:\{id\}' does not fit the contract/],
    ['that no JSON can hold', 'any', 1n, 'invalid', /cannot be sent/],
    ['that is too large', 'any', 'x'.repeat(10_239), 'too-large', /cannot be sent/],
    ['that is too deep', 'any', nested(30), 'too-large', /cannot be sent/],
  ])('%s is refused', (_, name, data, code, sentence) => {
    expect(() => publication(room, name, data, stamp)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(sentence) as string }));
  });

  it('may be as large and as deep as the protocol says', () => {
    expect(() => publication(room, 'any', 'x'.repeat(10_238), stamp)).not.toThrow();
    expect(() => publication(room, 'any', nested(29), stamp)).not.toThrow();
  });
});

describe('an input from a client', () => {
  let said: unknown[];
  const read = (input: Schema | undefined, value: unknown) => readInput({ ...api.commands.post, input } as never, value, { warn: () => {}, error: (message, details) => said.push([message, details]) });
  beforeEach(() => {
    said = [];
  });

  it('is taken as the schema gives it', () => {
    expect(readInput(api.commands.post, { n: 1, more: 2 }, { warn() {}, error() {} })).toEqual({ ok: true, value: { n: 1 } });
    expect(read(undefined, null)).toEqual({ ok: true, value: undefined });
  });

  it('that does not fit says why, at most 300 signs of it', () => {
    expect(read(undefined, 1)).toEqual({ ok: false, message: 'It does not fit the contract: nothing was expected.' });
    expect(read(schema(() => ({ issues: [{ message: 'x'.repeat(400) }] })), 1)).toEqual({ ok: false, message: `It does not fit the contract: ${'x'.repeat(300)}.` });
    expect(said).toEqual([]);
  });

  it('at which the schema throws says nothing of that to the client, and logs it', () => {
    const cause = new Error('secret');
    const thrower = schema(() => {
      throw cause;
    });
    expect(read(thrower, 1)).toEqual({ ok: false, message: 'It does not fit the contract.' });
    expect(said).toEqual([["The input schema of command 'post' threw.", cause]]);
  });

  it('whose schema can judge nothing is the server’s own fault', () => {
    expect(() => read(schema(() => Promise.resolve({ value: 1 })), 1)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining("The input of command 'post' cannot be checked: its schema validates asynchronously") as string }));
  });
});

describe('a schema that is asked', () => {
  it('expects nothing where there is none', () => {
    expect([undefined, null].map((value) => validate(undefined, value))).toEqual([{ ok: true, value: undefined }, { ok: true, value: undefined }]);
    expect(validate(undefined, 0)).toEqual({ ok: false, code: 'invalid', issues: 'nothing was expected' });
  });

  it('gives its value, or at most five issues, each with its path', () => {
    expect(validate(schema((value) => ({ value: [value] })), 1)).toEqual({ ok: true, value: [1] });
    const issues = [{ message: 'is wrong', path: ['a', 0, { key: 'b' }] }, { message: 'a.b is wrong', path: ['a', 'b'] }, { message: 'alone' }, { message: 'of a list', path: [2] }, { message: 'five' }, { message: 'six' }];
    expect(validate(schema(() => ({ issues })), 1)).toEqual({ ok: false, code: 'invalid', issues: 'a[0].b: is wrong; a.b is wrong; alone; [2]: of a list; five' });
  });

  it.each<[string, (value: unknown) => unknown]>([
    ['with a promise', () => Promise.reject(new Error('nobody hears it'))],
    ['with a promise for the value', () => ({ value: Promise.reject(new Error('nobody hears it')) })],
    ['with nothing', () => undefined],
    ['with null', () => null],
    ['with a text', () => 'yes'],
  ])('and answers %s is no schema that can be used', (_, run) => {
    expect(validate(schema(run), 1)).toMatchObject({ ok: false, code: 'misuse' });
  });

  it('and throws has an issue, and what it threw', () => {
    const cause = new Error('mine');
    expect(validate(schema(() => { throw cause; }), 1)).toEqual({ ok: false, code: 'invalid', issues: 'the schema threw: Error: mine', thrown: cause });
  });
});
