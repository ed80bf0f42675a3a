/** The server's words, as the client's sentences quote them: nothing is said twice. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandRef, QueryRef } from '../../src/core/contract.js';
import { command, defineContract, query } from '../../src/core/define-contract.js';
import { readAnswer } from '../../src/core/payloads.js';
import type { ErrorFrame } from '../../src/core/protocol/frames.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore } from '../../src/server/core/server.js';
import { enterClient } from './fake-client.js';
import { fakeWorld } from './fake-world.js';

const api = defineContract({
  queries: { find: query({ input: z.object({ room: z.string() }), output: z.string() }) },
  commands: { post: command({ input: z.object({ room: z.string() }), output: z.string() }) },
});

function fail(): never {
  throw new Error('inside');
}

const sentence = (ref: QueryRef | CommandRef, frame: unknown): string => {
  const answer = readAnswer(ref, frame as ErrorFrame);
  return answer.ok ? 'it went well' : answer.error.message.replace(/ \(holdfast\/docs\/errors\.md#.*\)$/, '');
};

it.each<[string, string, object, (ask: { readonly input: { readonly room: string } }) => string]>([
  ['fails', "The server failed at KIND: Its handler failed; the server's log says why.", { room: 'a' }, fail],
  ['is asked with a wrong input', 'The server found the input of KIND wrong: It does not fit the contract: room: Invalid input: expected string, received number.', { room: 1 }, () => ''],
  ['is asked what no rule names', 'The server does not let this user run KIND.', { room: 'no' }, () => ''],
])('one whose handler %s', async (_, expected, input, handle) => {
  const isAllowed = (ask: { readonly input: { readonly room: string } }): boolean => ask.input.room !== 'no';
  const server = createServerCore(
    { contract: api, broker: memoryBroker(), authorize: { queries: { find: isAllowed }, commands: { post: isAllowed } }, queries: { find: handle }, commands: { post: handle } },
    fakeWorld(),
  );
  const client = await enterClient(server);
  await client.say({ t: 'query', id: 'q', name: 'find', input, remainingMs: 1_000 });
  await client.say({ t: 'lane', lane: 'default', last: 0, create: true }, { t: 'command', lane: 'default', n: 1, id: 'c', name: 'post', input, remainingMs: 1_000 });
  const [query, command] = client.socket.of('error');
  expect(sentence(api.queries.find, query)).toBe(expected.replace('KIND', "query 'find'"));
  expect(sentence(api.commands.post, command)).toBe(expected.replace('KIND', "command 'post'"));
});
