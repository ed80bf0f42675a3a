/** One suite over every validator that is promised: what is taken, what is refused and in which words, and what comes out. */
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as m from 'zod/mini';
import { createClient } from '../../../src/browser/create-client.js';
import { channel, command, defineContract, query, volatile, type EventOf, type InputOf, type OutputOf, type VolatileEventOf } from '../../../src/contract/index.js';
import { eventDecoder, readAnswer, readVolatile, takeInput, takeVolatile } from '../../../src/core/payloads.js';
import { validate } from '../../../src/core/validate.js';
import { publication } from '../../../src/server/core/publication.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';
import { arktypeNote, CONTRACTS, miniNote, NOTES, valibotNote, zodNote, type Note, type NoteInput } from './vendors.js';

const NOTE: NoteInput = { text: 'hello', tags: ['a', 'b'], at: '2026-01-02T03:04:05.000Z' };
const OUT: Note = { ...NOTE, at: new Date(NOTE.at) };
const WRONG = { ...NOTE, tags: ['a', 5] } as unknown as NoteInput;

describe.each(NOTES)('a schema of %s', (_, note) => {
  it('takes what fits, and gives its output', () => {
    expect(validate(note, NOTE)).toEqual({ ok: true, value: OUT });
  });

  it('refuses the rest, and says what is wrong and where, once', () => {
    const answer = validate(note, WRONG);
    expect(answer).toMatchObject({ ok: false, code: 'invalid' });
    const issues = answer.ok ? '' : answer.issues;
    expect(issues).toMatch(/^tags\[1\]:? .*string.*(number|5)/);
    expect(issues.match(/tags/g)).toHaveLength(1);
  });

  it('says of the whole value what is wrong, without a place', () => {
    for (const value of [5, undefined, null, 'x']) {
      const answer = validate(note, value);
      expect(answer.ok ? '' : answer.issues).toMatch(/^\D*object/i);
    }
  });

  it('names several places, but not without end', () => {
    const tags = Array.from({ length: 20 }, (_unused, index) => index);
    const answer = validate(note, { ...NOTE, at: 1, tags });
    const issues = answer.ok ? [] : answer.issues.split('; ');
    expect(issues).toHaveLength(5);
    for (const issue of issues) expect(issue).toMatch(/^(tags\[\d+\]|at)/);
  });
});

describe.each(CONTRACTS)('a contract with %s', (_, api) => {
  const { channels, commands, queries } = api;

  it('holds every place against its schema, on its way out', () => {
    expect(takeInput(queries.echo, NOTE).input).toEqual(NOTE);
    expect(takeInput(commands.post, NOTE).input).toEqual(NOTE);
    expect(takeVolatile('room:1', 'waved', channels.room.clientEvents.waved.schema, NOTE).data).toEqual(NOTE);
    expect(() => publication(channels.room, 'noted', NOTE, { time: 0 })).not.toThrow();
    const invalid = (place: RegExp): unknown => expect.objectContaining({ code: 'invalid', message: expect.stringMatching(place) as string });
    expect(() => takeInput(queries.echo, WRONG)).toThrow(invalid(/query 'echo'.*tags\[1\]/));
    expect(() => takeInput(commands.post, WRONG)).toThrow(invalid(/command 'post'.*tags\[1\]/));
    expect(() => takeVolatile('room:1', 'waved', channels.room.clientEvents.waved.schema, WRONG)).toThrow(invalid(/'waved' of 'room:1'.*tags\[1\]/));
    expect(() => publication(channels.room, 'noted', WRONG, { time: 0 })).toThrow(invalid(/'noted' of 'room:\{id\}'.*tags\[1\]/));
  });

  it('and on its way in, where the output is what the application sees', () => {
    const decode = eventDecoder(channels.room);
    for (const name of ['noted', 'kept']) {
      expect(decode({ name, data: NOTE, time: 0 })).toEqual({ ok: true, data: OUT });
      expect(decode({ name, data: WRONG, time: 0 })).toMatchObject({ ok: false, issues: expect.stringContaining('tags[1]') as string });
    }
    expect(readVolatile(channels.room, { t: 'volatile', channel: 'room:1', name: 'waved', data: NOTE })).toEqual({ name: 'waved', data: OUT });
    expect(readVolatile(channels.room, { t: 'volatile', channel: 'room:1', name: 'waved', data: WRONG })).toBeNull();
    for (const ref of [queries.echo, commands.post]) {
      expect(readAnswer(ref, { t: 'response', id: 'a', result: NOTE })).toEqual({ ok: true, value: OUT });
      expect(readAnswer(ref, { t: 'response', id: 'a', result: WRONG })).toMatchObject({ ok: false, error: { code: 'invalid', message: expect.stringContaining('tags[1]') as string } });
    }
  });

  it('gives a rejection its data, or says what is wrong with it', () => {
    const rejected = (data: unknown) => readAnswer(commands.post, { t: 'error', id: 'a', code: 'rejected', name: 'banned', data, message: 'no', final: true });
    expect(rejected(NOTE)).toMatchObject({ ok: false, error: { code: 'rejected', reason: 'banned', data: OUT } });
    const odd = rejected(WRONG);
    expect(odd).toMatchObject({ ok: false, error: { code: 'rejected', message: expect.stringMatching(/'banned'.*tags\[1\]/) as string } });
    expect(odd.ok || odd.error.reason).toBeUndefined();
  });
});

it('a schema that happens to have a property called schema is no volatile one', () => {
  const text = Object.assign(z.string(), { schema: z.string() });
  const api = defineContract({ channels: { room: channel('room', { events: {}, clientEvents: { said: text } }) } });
  expect(eventDecoder(api.channels.room)({ name: 'said', data: 'x', time: 0 })).toEqual({ ok: true, data: 'x' });
  expect(readVolatile(api.channels.room, { t: 'volatile', channel: 'room', name: 'said', data: 'x' })).toBeNull();
  const client = createClient({ url: 'ws://x.test', contract: api, world: createSimulatedWorld({ seed: 1 }).client('ada') });
  expect(client.channel(api.channels.room).publish('said', 'x')).toHaveProperty('queued');
  client.dispose();
});

/** Looked at by the compiler alone: each validator's own types, before and after its transforms, in one contract. */
const mixed = defineContract({
  channels: {
    room: channel('room:{id}', {
      events: { zod: zodNote, mini: miniNote, valibot: valibotNote, arktype: arktypeNote },
      clientEvents: { kept: valibotNote, waved: volatile(arktypeNote) },
    }),
  },
  queries: {
    zod: query({ input: zodNote, output: m.array(m.string()) }),
    mini: query({ input: miniNote, output: v.array(v.string()) }),
    valibot: query({ input: valibotNote, output: type('string[]') }),
    arktype: query({ input: arktypeNote, output: z.array(z.string()) }),
  },
  commands: {
    post: command({ input: type({ 'room?': 'string', text: 'string' }), output: valibotNote, errors: { banned: type({ until: 'number' }), late: m.string(), odd: v.number() } }),
  },
});

it('the types of all validators are read alike, before and after their transforms', () => {
  expectTypeOf<InputOf<typeof zodNote>>().toEqualTypeOf<NoteInput>();
  expectTypeOf<InputOf<typeof miniNote>>().toEqualTypeOf<NoteInput>();
  expectTypeOf<InputOf<typeof valibotNote>>().toEqualTypeOf<NoteInput>();
  expectTypeOf<InputOf<typeof arktypeNote>>().toEqualTypeOf<NoteInput>();
  type Room = typeof mixed.channels.room;
  expectTypeOf<EventOf<Room>['name']>().toEqualTypeOf<'zod' | 'mini' | 'valibot' | 'arktype' | 'kept'>();
  expectTypeOf<EventOf<Room>['data']>().toEqualTypeOf<Note>();
  expectTypeOf<VolatileEventOf<Room>['name']>().toEqualTypeOf<'waved'>();
  expectTypeOf<VolatileEventOf<Room>['data']>().toEqualTypeOf<Note>();
  type Queries = typeof mixed.queries;
  expectTypeOf<InputOf<Queries[keyof Queries]['input']>>().toEqualTypeOf<NoteInput>();
  expectTypeOf<OutputOf<Queries[keyof Queries]['output']>>().toEqualTypeOf<string[]>();
  type Post = typeof mixed.commands.post;
  expectTypeOf<InputOf<Post['input']>>().toEqualTypeOf<{ text: string; room?: string }>();
  expectTypeOf<OutputOf<Post['output']>>().toEqualTypeOf<Note>();
  expectTypeOf<{ [Name in keyof Post['errors']]: OutputOf<Post['errors'][Name]> }>().toEqualTypeOf<{ banned: { until: number }; late: string; odd: number }>();
  expect(Object.keys(mixed.queries)).toEqual(['zod', 'mini', 'valibot', 'arktype']);
});
