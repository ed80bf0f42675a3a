/** What goes out: held against the contract, and as it was at the call. What comes back of a command, when the server has no payload of it. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { command, defineContract, query } from '../../src/core/define-contract.js';
import { effectPositions, readOutcome, takeInput } from '../../src/core/payloads.js';
import type { ErrorFrame } from '../../src/core/protocol/frames.js';

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

describe('an outcome whose payload the server does not store any more', () => {
  const pay = command({ output: z.string(), errors: { refused: z.object({ until: z.number() }), closed: z.undefined() } });
  const { commands } = defineContract({ commands: { pay } });
  const rejected = (over: Partial<ErrorFrame>) =>
    readOutcome(commands.pay, { kind: 'failed', frame: { t: 'error', id: 'a', code: 'rejected', message: 'No.', final: true, ...over } });

  it('stays a rejection, without the reason that would promise its data', () => {
    const answer = rejected({ name: 'refused', dataExpired: true });
    expect(answer).toMatchObject({ ok: false, error: { code: 'rejected', reason: undefined, data: undefined } });
    expect(answer.ok ? '' : answer.error.message).toBe(
      "command 'pay' was rejected: refused. The connection was lost before the answer came, and the server does not store the data of 'refused' any more. (holdfast/docs/errors.md#rejected)",
    );
    expect(rejected({ name: 'closed' })).toMatchObject({ ok: false, error: { code: 'rejected', reason: 'closed' } });
  });

  it('is never a result: the command took effect, and its edits wait for its events', () => {
    const positions = [{ channel: 'room:1', epoch: 'e', offset: 3 }];
    const outcome = { kind: 'result-expired', positions } as const;
    expect(readOutcome(commands.pay, outcome)).toMatchObject({ ok: false, error: { code: 'result-expired', message: expect.stringContaining('took effect') as string } });
    expect(effectPositions(outcome)).toBe(positions);
    expect(effectPositions({ kind: 'done', frame: { t: 'response', id: 'a' } })).toEqual([]);
    expect(effectPositions({ kind: 'outcome-unknown' })).toBe(null);
  });
});
