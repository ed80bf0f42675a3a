/** What the types forbid, and plain JavaScript does: told where it enters, in a sentence that says what to do. */
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import { RealtimeError } from '../../src/core/errors.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';

const contract = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: { ask: query({ output: z.string() }) },
  commands: { say: command({}) },
});
const good = { contract, queries: { ask: () => '' }, commands: { say: () => undefined } };
const quiet = { warn: () => undefined, error: () => undefined };

/** The sentence of the misuse that it throws. */
function misuseOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RealtimeError)) throw error;
    expect(error.code).toBe('misuse');
    return error.message.replace(' (holdfast/docs/errors.md#misuse)', '');
  }
  return 'nothing was thrown';
}

describe('createRealtimeServer', () => {
  it.each<[string, object, string]>([
    ['no contract', { contract: undefined }, 'contract is undefined. Give what defineContract has made.'],
    ['a contract that was not defined', { contract: { channels: {}, queries: {}, commands: {} } }, 'contract is not what defineContract makes. Give defineContract your channels, queries and commands, and its answer here.'],
    ['no broker', { broker: undefined }, 'broker is undefined. Give one: memoryBroker().'],
    ['the function that makes a broker', { broker: memoryBroker }, 'broker is a function. Call it: memoryBroker().'],
    ['half a broker', { broker: { ...memoryBroker(), commit: undefined } }, "broker has no function 'commit'. Give a broker: memoryBroker()."],
    ['authenticate that is no function', { authenticate: 'ann' }, 'authenticate is a string. Give a function, or leave it out.'],
    ['one word for all rules', { authorize: 'public' }, "authorize is a string. Give an object of rules, such as { commands: { post: 'public' } }; what has no rule is refused."],
    ['one word for all rules of a kind', { authorize: { commands: 'public' } }, "authorize.commands is a string. Give an object with a rule for each name: 'public' or a function."],
    ['queries that are no object', { queries: [] }, 'queries is a list. Give an object with a function for each query of the contract.'],
    ['a handler that is no function', { commands: { say: { handle: () => undefined } } }, "The handler of 'say' is an object. Give createRealtimeServer a function for each query and command of the contract."],
    ['a missing handler', { commands: {} }, "'say' has no handler. Give createRealtimeServer one for each query and command of the contract."],
    ['a logger with one level', { logger: { error: () => undefined } }, "logger has no function 'warn'. Give one with warn and error, such as console."],
    ['a logger that is a function', { logger: () => undefined }, "logger has no function 'warn'. Give one with warn and error, such as console."],
    ['limits that are a number', { limits: 5 }, 'limits is a number. Give an object, or leave it out.'],
  ])('says what is wrong with %s', (_, over, sentence) => {
    expect(misuseOf(() => createRealtimeServer({ ...good, broker: memoryBroker(), logger: quiet, ...over } as never))).toBe(sentence);
  });

  it.each([[undefined], [null], ['api'], [contract.id]])('says what it needs where it is given %j', (options) => {
    expect(misuseOf(() => createRealtimeServer(options as never))).toMatch(/^(contract is undefined|createRealtimeServer needs an object: \{ contract, broker, …)/);
  });

  it('takes what is undefined for left out', () => {
    expect(misuseOf(() => createRealtimeServer({ ...good, broker: memoryBroker(), authenticate: undefined, authorize: undefined, logger: undefined, limits: undefined } as never))).toBe('nothing was thrown');
  });
});

describe('attach', () => {
  const realtime = createRealtimeServer({ ...good, broker: memoryBroker(), logger: quiet });
  const http = createServer();
  const express = Object.assign(() => undefined, { on: () => undefined, listen: () => undefined });

  it.each<[string, unknown, unknown, string]>([
    ['no server', undefined, {}, "attach needs Node's HTTP server and got nothing of the kind. Give what createServer() or app.listen() answers, or app.server."],
    ['an application instead of its server', express, {}, "attach needs Node's HTTP server and got nothing of the kind. Give what createServer() or app.listen() answers, or app.server."],
    ['a path without its slash', http, { path: 'realtime' }, "The path is 'realtime', which could never match. Begin it with '/', and leave out host, query and fragment."],
    ['an address for a path', http, { path: 'ws://localhost/realtime' }, "The path is 'ws://localhost/realtime', which could never match. Begin it with '/', and leave out host, query and fragment."],
    ['a path with a query', http, { path: '/realtime?x' }, "The path is '/realtime?x', which could never match. Begin it with '/', and leave out host, query and fragment."],
    ['a path that is no text', http, { path: /realtime/ }, "The path is an object, which could never match. Begin it with '/', and leave out host, query and fragment."],
    ['the path in the place of the options', http, '/realtime', 'The options of attach are a string. Give an object, such as { path: \'/realtime\' }.'],
    ['one origin', http, { origins: 'https://app.example' }, "origins is a string. Give a list, such as ['https://app.example']."],
    ['one host', http, { hosts: 'app.example' }, "hosts is a string. Give a list, such as ['app.example']."],
  ])('says what is wrong with %s', (_, server, options, sentence) => {
    expect(misuseOf(() => realtime.attach(server as never, options as never))).toBe(sentence);
    expect(http.listenerCount('upgrade')).toBe(0);
  });
});
