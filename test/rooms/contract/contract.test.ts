/** Names and validation: what a channel's name can hold, and that no two meanings share one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineView } from '../../../src/core/data/define-view.js';
import { channelName, channelReader } from '../../../src/core/channel-name.js';
import { ANYTHING } from '../../../src/core/contract.js';
import { validate } from '../../../src/core/validate.js';
import type { Schema } from '../../../src/core/contract.js';
import { channel, command, defineContract } from '../../../src/core/define-contract.js';
import { RealtimeError } from '../../../src/core/errors.js';
import { CHANNEL_NAME } from '../../../src/core/protocol/limits.js';

const name = (pattern: string, params: Record<string, string | number> = {}) => channelName({ pattern }, params);
const value = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => !/\p{Surrogate}/u.test(text));

describe('a channel name', () => {
  it('is read back as what it was made of, whatever its values hold', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const made = name('a:{x}:{y}', { x: a, y: b });
        if (made.length <= 256) expect(made).toMatch(CHANNEL_NAME);
        expect(channelReader('a:{x}:{y}')(made)).toEqual({ x: a, y: b });
      }),
    );
  });

  it('two meanings never share one', () => {
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(name('a:{x}:{y}', { x: a, y: b })).not.toBe(name('a:{x}:{y}', { x: c, y: d }));
      }),
    );
  });

  it('has one spelling', () => {
    expect(channelReader('room:{id}')('room:A')).toEqual({ id: 'A' });
    for (const other of ['room:%41', 'room:%', 'room:%ZZ', 'room:%e4', 'room:', 'room:a:b', 'xroom:a', 'room:a\n']) {
      expect(channelReader('room:{id}')(other), other).toBeNull();
    }
    expect(['a.b', 'axb', 'ab'].map(channelReader('a.b'))).toEqual([{}, null, null]);
  });

  it('needs every value, and none that no name can hold', () => {
    expect(() => name('room:{id}')).toThrow(/needs the parameter 'id'/);
    expect(() => name('room:{id}', { id: '' })).toThrow(RealtimeError);
    expect(() => name('room:{id}', { id: '\ud800' })).toThrow(/surrogate/);
    for (const id of [NaN, Infinity, null, {}, ['a'], true]) expect(() => name('room:{id}', { id } as never), String(id)).toThrow(/needs the parameter 'id'/);
    // What every object inherits is nobody's parameter.
    expect(() => name('room:{constructor}')).toThrow(/needs the parameter 'constructor'/);
  });

  it('a parameter may have any word for its name', () => {
    const params = channelReader('x:{__proto__}')('x:1');
    expect(Object.hasOwn(params ?? {}, '__proto__')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

it('what takes anything is a Standard Schema of version 1, as any validator is', () => {
  expect(ANYTHING['~standard']).toMatchObject({ version: 1, vendor: 'holdfast' });
  for (const value of [undefined, null, 0, { a: 1 }]) expect(ANYTHING['~standard'].validate(value)).toEqual({ value });
});

describe('a pattern', () => {
  it.each(['room', 'room:{id}', 'a:{x}:{y}', '{a}', 'a.b-c:{id}'])('%s is one', (pattern) => {
    expect(channel(pattern, { events: {} }).pattern).toBe(pattern);
  });
  it.each(['', 'room:{id', 'room:id}', '{a}{b}', '{x}-{y}', 'a:{x}.{y}', 'room:{}', 'room:{i d}', 'rööm', 'a b', '{{a}}'])('%s is none', (pattern) => {
    expect(() => channel(pattern, { events: {} })).toThrow(RealtimeError);
  });
});

describe('a contract', () => {
  it('names its parts, and refuses names that cannot travel', () => {
    const api = defineContract({ commands: { say: command() } });
    expect(api.commands.say).toMatchObject({ key: 'say', contract: api.id, lane: 'default' });
    expect(() => defineContract({ commands: { 'say it': command() } })).toThrow(/'say it' cannot name/);
    expect(() => defineContract({ commands: { say: command({ lane: '' }) } })).toThrow(/cannot name/);
  });
});

describe('a part called like what every object has', () => {
  it('is a part like any other', () => {
    const api = defineContract({ commands: { ['__proto__']: command(), constructor: command() } });
    expect(Object.keys(api.commands)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(api.commands)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(api.commands, '__proto__')?.value).toMatchObject({ key: '__proto__', contract: api.id });
  });
});

describe('a view', () => {
  it('starts from as much history as a server gives', () => {
    const { channels } = defineContract({ channels: { room: channel('room', { events: {} }) } });
    const view = (history: number) => defineView(channels.room, { history, initialState: 0, reduce: (n) => n });
    expect([view(0).history, view(1_000).history]).toEqual([0, 1_000]);
    for (const history of [1_001, -1, 0.5, NaN]) expect(() => view(history)).toThrow(/0 to 1000/);
  });
});

describe('validate', () => {
  it('says what is wrong and where, and never throws', () => {
    expect(validate(z.object({ a: z.object({ b: z.number() }) }), { a: { b: 'x' } })).toMatchObject({ ok: false, issues: expect.stringMatching(/^a\.b: /) as string });
    const throws = { '~standard': { version: 1, vendor: 'x', validate: () => { throw new Error('mine'); } } } as unknown as Schema;
    expect(validate(throws, 1)).toEqual({ ok: false, code: 'invalid', issues: 'the schema threw: Error: mine', thrown: new Error('mine') });
  });

  it('takes nothing for a result that is none', () => {
    for (const result of [null, undefined, 'x']) {
      const schema = { '~standard': { version: 1, vendor: 'x', validate: () => result } } as unknown as Schema;
      expect(validate(schema, 1)).toMatchObject({ ok: false, code: 'misuse', issues: expect.stringContaining('not a Standard Schema') as string });
    }
  });

  it('without a schema expects nothing', () => {
    expect([validate(undefined, undefined).ok, validate(undefined, null).ok, validate(undefined, 0).ok]).toEqual([true, true, false]);
  });
});
