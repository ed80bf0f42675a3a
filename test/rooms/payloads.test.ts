/** What goes out: held against the contract, and as it was at the call. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { command, defineContract, query } from '../../src/core/define-contract.js';
import { takeInput } from '../../src/core/payloads.js';

const api = defineContract({
  queries: { find: query({ input: z.object({ text: z.string() }), output: z.string() }) },
  commands: { say: command({ input: z.any() }), stop: command() },
});

describe('an input on its way out', () => {
  it('is what it was at the call, whatever the application does with its object afterwards', () => {
    const input: { text: string; self?: unknown } = { text: 'a' };
    const taken = takeInput(api.commands.say, input);
    input.text = 'b';
    input.self = input;
    expect(taken).toEqual({ input: { text: 'a' }, bytes: 12 });
  });

  it('is sent before any transform, and counted as it is sent', () => {
    const trimmed = defineContract({ commands: { say: command({ input: z.string().trim() }) } });
    expect(takeInput(trimmed.commands.say, ' €')).toEqual({ input: ' €', bytes: 6 });
    expect(takeInput(api.commands.stop, undefined)).toEqual({ input: undefined, bytes: 0 });
  });

  it('that does not fit the contract is invalid, by name', () => {
    expect(() => takeInput(api.queries.find, { text: 1 })).toThrow(expect.objectContaining({ code: 'invalid', message: expect.stringContaining("query 'find'") as string }));
    expect(() => takeInput(api.commands.stop, 1)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('that no frame can carry is refused where it entered', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    let deep: unknown = 1;
    for (let i = 0; i < 40; i++) deep = [deep];
    expect(() => takeInput(api.commands.say, 'x'.repeat(70_000))).toThrow(expect.objectContaining({ code: 'too-large' }));
    for (const input of [loop, 1n, deep, () => {}]) expect(() => takeInput(api.commands.say, input)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
