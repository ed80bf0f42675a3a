/** Parameters: read from the channel's name by the compiler, held against it again at run time. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { channel, channelName, defineContract, type ParamNames, type ParamsArgs, type ParamsOf } from '../../../src/contract/index.js';

const events = { said: z.string() };
const api = defineContract({ channels: { lobby: channel('lobby', { events }), room: channel('room:{id}', { events }), seat: channel('room:{id}:{part}', { events }) } });
const { lobby, room, seat } = api.channels;

describe('the compiler', () => {
  it('reads the parameters out of the name', () => {
    expectTypeOf<ParamsOf<'room:{id}:{part}'>>().toEqualTypeOf<{ readonly id: string | number; readonly part: string | number }>();
    expectTypeOf<ParamsOf<'{tenant}.x:{id}'>>().toEqualTypeOf<{ readonly tenant: string | number; readonly id: string | number }>();
    expectTypeOf<ParamsOf<'lobby'>>().toEqualTypeOf<Readonly<Record<string, never>>>();
    expectTypeOf<ParamNames<'lobby'>>().toEqualTypeOf<never>();
    expectTypeOf<ParamsArgs<typeof lobby>>().toEqualTypeOf<[params?: Readonly<Record<string, never>>]>();
    expectTypeOf<ParamsArgs<typeof seat>>().toEqualTypeOf<[params: { readonly id: string | number; readonly part: string | number }]>();
  });

  it('takes any, or none, where the name is not known before the program runs', () => {
    const made = channel(`room:{${String('id')}}`, { events });
    expectTypeOf<ParamsOf<(typeof made)['pattern']>>().toEqualTypeOf<{ readonly [name: string]: string | number }>();
    const dynamic = defineContract({ channels: { made } }).channels.made;
    expect(channelName(dynamic, { id: 1 })).toBe('room:1');
    // To the compiler it may be one without parameters; at run time it is not.
    expect(() => channelName(dynamic)).toThrow(/needs the parameter 'id'/);
    // @ts-expect-error a parameter is a text or a number there, too
    expect(() => channelName(dynamic, { id: true })).toThrow(/needs the parameter 'id'/);
  });
});

describe('at run time', () => {
  it('a name is filled in, percent-encoded', () => {
    expect(channelName(lobby)).toBe('lobby');
    expect(channelName(lobby, {})).toBe('lobby');
    expect(channelName(room, { id: 42 })).toBe('room:42');
    expect(channelName(room, { id: 'a b/ü:{x}(1)' })).toBe('room:a%20b%2F%C3%BC%3A%7Bx%7D%281%29');
    expect(channelName(seat, { id: -0.5, part: '0' })).toBe('room:-0.5:0');
  });

  const WRONG: readonly (readonly [what: string, call: () => string, sentence: RegExp])[] = [
    ['a missing one', () => channelName(seat, { id: 1 } as never), /'room:\{id\}:\{part\}' needs the parameter 'part'/],
    ['one of another name', () => channelName(room, { room: 1 } as never), /'room:\{id\}' has no parameter 'room'/],
    ['one too many', () => channelName(room, { id: 1, part: 2 } as never), /'room:\{id\}' has no parameter 'part'/],
    ['one where there is none', () => channelName(lobby, { id: 1 } as never), /'lobby' has no parameter 'id'/],
    ['half a name', () => channelName(room, { i: 1 } as never), /has no parameter 'i'/],
    ...[undefined, null, true, {}, ['a'], NaN, '', Symbol('x'), 1n, () => 'x'].map(
      (id) => [`${typeof id} ${String(id)}`, () => channelName(room, { id } as never), /'room:\{id\}' needs the parameter 'id', a text that is not empty or a number/] as const,
    ),
  ];
  it.each(WRONG)('%s is refused with a sentence', (_, call, sentence) => {
    expect(call).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringMatching(sentence) as string }));
  });
});

/** None of these is ever run: what matters is that each of them does not compile. */
export const mustNotCompile = [
  // @ts-expect-error the parameter is missing
  () => channelName(room),
  // @ts-expect-error here as well
  () => channelName(room, {}),
  // @ts-expect-error one of two
  () => channelName(seat, { id: 1 }),
  // @ts-expect-error one too many
  () => channelName(room, { id: 1, part: 2 }),
  // @ts-expect-error there is none
  () => channelName(lobby, { id: 1 }),
  // @ts-expect-error no boolean
  () => channelName(room, { id: true }),
  // @ts-expect-error no object
  () => channelName(room, { id: { of: 1 } }),
  // @ts-expect-error nothing
  () => channelName(room, { id: undefined }),
  // @ts-expect-error nothing at all
  () => channelName(room, { id: null }),
];
