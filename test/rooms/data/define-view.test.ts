/** append and upsert: what they do to a list, and what they are to the compiler where a channel has one kind of event, several, or a list is readonly. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { append, channel, defineContract, defineView, upsert, volatile, type EventOf } from '../../../src/contract/index.js';

const Message = z.object({ id: z.string(), text: z.string() });
type Message = z.infer<typeof Message>;
interface Shown extends Message {
  readonly isPending?: boolean;
}
const at = z.string().transform((text) => new Date(text));

const api = defineContract({
  channels: {
    one: channel('one', { events: { message: Message } }),
    alike: channel('alike', { events: { posted: Message, edited: Message }, clientEvents: { quoted: Message, typing: volatile(z.boolean()) } }),
    mixed: channel('mixed', { events: { message: Message, rang: z.number() } }),
    dated: channel('dated', { events: { at } }),
    keyed: channel('keyed', { events: { user: z.object({ id: z.string(), name: z.string() }), message: Message } }),
  },
});
const { one, alike, mixed, dated, keyed } = api.channels;
const event = <Data>(data: Data): { readonly data: Data } => ({ data });
const list = (...ids: string[]): Message[] => ids.map((id) => ({ id, text: id }));

describe('append', () => {
  it('keeps the newest', () => {
    const keep = append(2);
    const lists = list('a', 'b', 'c').reduce<Message[][]>((made, message) => [...made, keep(made.at(-1) ?? [], event(message))], []);
    expect(lists).toEqual([list('a'), list('a', 'b'), list('b', 'c')]);
    expect(append(1)(list('a', 'b', 'c'), event(list('d')[0]))).toEqual(list('d'));
  });

  it('leaves the former list as it was', () => {
    const former = Object.freeze(list('a'));
    expect(append(5)(former, event(list('b')[0]))).not.toBe(former);
    expect(former).toEqual(list('a'));
  });

  it('refuses a limit that would keep nothing, or is none', () => {
    for (const limit of [0, -1, NaN, undefined as never]) expect(() => append(limit), String(limit)).toThrow(expect.objectContaining({ code: 'misuse' }));
  });
});

describe('upsert', () => {
  it('puts an item in the place of the one with the same key, else at the end', () => {
    const former = Object.freeze(list('a', 'b'));
    const put = upsert('id');
    expect(put(former, event({ id: 'a', text: 'new' }))).toEqual([{ id: 'a', text: 'new' }, ...list('b')]);
    expect(put(former, event({ id: 'c', text: 'c' }))).toEqual(list('a', 'b', 'c'));
    expect(put([], event({ id: 'c', text: 'c' }))).toEqual(list('c'));
    expect(former).toEqual(list('a', 'b'));
  });

  it('once more is the same once', () => {
    const put = upsert('id');
    const message = event({ id: 'b', text: 'new' });
    expect(put(put(list('a', 'b'), message), message)).toEqual(put(list('a', 'b'), message));
  });
});

it('the compiler takes the state from initialState, and asks that the events fit it', () => {
  expectTypeOf(defineView(one, { initialState: [] as Message[], reduce: append(5) }).initialState).toEqualTypeOf<Message[]>();
  expectTypeOf(defineView(one, { initialState: [] as readonly Message[], reduce: append(5) }).initialState).toEqualTypeOf<readonly Message[]>();
  expectTypeOf(defineView(one, { initialState: [] as readonly Message[], reduce: upsert('id') }).initialState).toEqualTypeOf<readonly Message[]>();
  // What the events carry may be less than what the list can hold.
  expectTypeOf(defineView(one, { initialState: [] as Shown[], reduce: upsert('id') }).initialState).toEqualTypeOf<Shown[]>();
  // After its transform.
  expectTypeOf(defineView(dated, { initialState: [] as Date[], reduce: append(5) }).initialState).toEqualTypeOf<Date[]>();
  expectTypeOf(defineView(alike, { initialState: [] as Message[], reduce: append(5) }).initialState).toEqualTypeOf<Message[]>();
  // Several kinds: the list holds all of them, or one is asked for by name.
  expectTypeOf(defineView(mixed, { initialState: [] as (Message | number)[], reduce: append(5) }).initialState).toEqualTypeOf<(Message | number)[]>();
  expectTypeOf(defineView(mixed, { initialState: [] as Message[], reduce: (all, told) => (told.name === 'message' ? append(5)(all, told) : all) }).initialState).toEqualTypeOf<Message[]>();
  expectTypeOf(defineView(mixed, { initialState: [] as readonly Message[], reduce: (all, told) => (told.name === 'message' ? upsert('id')(all, told) : all) }).initialState).toEqualTypeOf<readonly Message[]>();
  type Keyed = EventOf<typeof keyed>['data'];
  expectTypeOf(defineView(keyed, { initialState: [] as Keyed[], reduce: upsert('id') }).initialState).toEqualTypeOf<Keyed[]>();
});

/** None of these is ever run: what matters is that each of them does not compile. */
export const mustNotCompile = [
  // @ts-expect-error 'rang' carries a number, and the list holds messages
  () => defineView(mixed, { initialState: [] as Message[], reduce: append(5) }),
  // @ts-expect-error an untyped empty list holds nothing: say of what it is
  () => defineView(one, { initialState: [], reduce: append(5) }),
  // @ts-expect-error the list holds what comes before the transform
  () => defineView(dated, { initialState: [] as string[], reduce: append(5) }),
  // @ts-expect-error messages have no such key
  () => defineView(one, { initialState: [] as Message[], reduce: upsert('key') }),
  // @ts-expect-error a number has no key at all
  () => defineView(mixed, { initialState: [] as (Message | number)[], reduce: upsert('id') }),
  // @ts-expect-error the list asks for more than the events carry
  () => defineView(one, { initialState: [] as (Message & { by: string })[], reduce: upsert('id') }),
  // @ts-expect-error the state is no list
  () => defineView(one, { initialState: 0, reduce: append(5) }),
];
