// @vitest-environment happy-dom
/**
 * Actions of React 19, each beside its naive version: what `useOptimistic` alone shows twice, and what waits too long.
 * Not among the tests that run with React 18: it has neither.
 */
import { act, cleanup } from '@testing-library/react';
import { createElement, useOptimistic, useState, useTransition } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { useChannel, useCommand } from '../../src/index.js';
import { api, createHarness, createRenderLog, distinct, messages, type Message } from './harness.js';

afterEach(cleanup);

const room = { id: '1' };

/** How a list looks, render by render, when the event comes long before the answer. */
async function seenBy(use: (note: (list: readonly Message[]) => void) => (text: string) => void): Promise<readonly string[]> {
  const harness = createHarness();
  const log = createRenderLog<string>();
  const posts = createRenderLog<(text: string) => void>();
  const List = () => posts.note(use((list) => log.note(list.map(({ text }) => text).join())));
  harness.show(createElement(List));
  await harness.pass(500);
  harness.server.delay('response', 200);
  await act(async () => posts.last()('a'));
  for (let step = 0; step < 60; step++) await harness.pass(10);
  return distinct(log.all);
}

describe('an event that beats the answer', () => {
  it('is there twice where useOptimistic waits for the result', async () => {
    const seen = await seenBy(function useNaive(note) {
      const { data } = useChannel(messages, { params: room });
      const [list, add] = useOptimistic(data, (all: Message[], message: Message) => [...all, message]);
      const { send } = useCommand(api.commands.post);
      const [, start] = useTransition();
      note(list);
      return (text) =>
        start(async () => {
          const { id, result } = send({ room: '1', text });
          add({ id, text });
          await result;
        });
    });
    expect(seen).toEqual(['', 'a', 'a,a', 'a']);
  });

  it('is there once with `optimistic`', async () => {
    const seen = await seenBy(function useOurs(note) {
      const { data } = useChannel(messages, { params: room });
      const { send } = useCommand(api.commands.post, {
        optimistic: (local, { room: to, text }, id) => local.view(messages, { id: to }, (all) => [...all, { id, text }]),
      });
      const [, start] = useTransition();
      note(data);
      return (text) =>
        start(async () => {
          await send({ room: '1', text }).queued;
        });
    });
    expect(seen).toEqual(['', 'a']);
  });
});

describe('an Action while there is no connection', () => {
  async function show(waitFor: 'queued' | 'result') {
    const harness = createHarness();
    const log = createRenderLog<string>();
    const actions = createRenderLog<{ readonly act: () => void; readonly turn: () => void }>();
    function Page() {
      const { send } = useCommand(api.commands.post);
      const [isPending, start] = useTransition();
      const [leaf, setLeaf] = useState('first');
      const [, startTurn] = useTransition();
      const submit = (): void =>
        start(async () => {
          await send({ room: '1', text: 'a' })[waitFor];
        });
      actions.note({ act: submit, turn: () => startTurn(() => setLeaf('second')) });
      return log.note(`${leaf}${isPending ? ' pending' : ''}`);
    }
    harness.show(createElement(Page));
    await harness.pass(500);
    harness.server.kill();
    await harness.pass(50);
    await act(async () => actions.last().act());
    await act(async () => actions.last().turn());
    await harness.pass(5_000);
    const offline = log.last();
    harness.server.start();
    await harness.pass(60_000);
    return { offline, after: log.last(), heard: harness.heard('command').length };
  }

  it('that waits for `queued` holds no other transition up', async () => {
    expect(await show('queued')).toEqual({ offline: 'second', after: 'second', heard: 1 });
  });

  it('that waits for `result` holds every other transition up until there is one', async () => {
    expect(await show('result')).toEqual({ offline: 'first pending', after: 'second', heard: 1 });
  });
});
