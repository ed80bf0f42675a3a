/** What a command will do is on the page at once, once, and gone when it is not so. */
import { act, cleanup } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { useChannel, useCommand, useQuery, type CommandResult } from '../../src/index.js';
import { api, createHarness, createRenderLog, distinct, messages, type Harness } from './harness.js';

afterEach(cleanup);

/** A page that shows the list in three ways, and how often the new message was in each, render by render. */
function createPage() {
  const renders = createRenderLog<string>();
  const posts = createRenderLog<CommandResult<typeof api.commands.post>>();
  const Poster = ({ mark }: { readonly mark: string }) =>
    posts.note(
      useCommand(api.commands.post, {
        optimistic(local, { room, text }, id) {
          local.view(messages, { id: room }, (list) => [...list, { id, text: text + mark }]);
          local.query(api.queries.history, { room }, (list) => [...list, { id, text: text + mark }]);
        },
      }),
    );
  function Lists() {
    const view = useChannel(messages, { params: { id: '1' } });
    const follow = { channel: api.channels.room, params: { id: '1' }, apply: (all: { id: string; text: string }[], event: { data: { id: string; text: string } }) => [...all, event.data] };
    const followed = useQuery(api.queries.history, { input: { room: '1' }, follow });
    const plain = useQuery(api.queries.history, { input: { room: '1' } });
    return renders.note([view.data, followed.data ?? [], plain.data ?? []].map((list) => list.map(({ text }) => text).join()).join(' | '));
  }
  const page = (mark = '') => (
    <>
      <Lists />
      <Poster mark={mark} />
    </>
  );
  const send = (text: string): void => act(() => void posts.last().send({ room: '1', text }));
  return { page, send, last: posts.last, seen: () => distinct(renders.all) };
}

async function pass(harness: Harness, steps: number): Promise<void> {
  // Step by step: within one act React may show the last of several states only.
  for (let step = 0; step < steps; step++) await harness.pass(5);
}

describe('useCommand with optimistic', () => {
  it.each(['response', 'events', 'none'])('shows it at once, and once, when the %s comes late', async (late) => {
    const harness = createHarness();
    const { page, send, last, seen } = createPage();
    harness.show(page());
    await harness.pass(500);
    harness.server.delay(late, 60);
    send('a');
    expect(seen()).toEqual([' |  | ', 'a | a | a']);
    await pass(harness, 60);
    expect(last()).toMatchObject({ status: 'success', data: { text: 'a' } });
    expect(seen()).toEqual([' |  | ', 'a | a | a']);
  });

  it('takes it away again when the server says no', async () => {
    const harness = createHarness();
    const { page, send, seen } = createPage();
    harness.show(page());
    await harness.pass(500);
    send('rude');
    await pass(harness, 30);
    expect(seen()).toEqual([' |  | ', 'rude | rude | rude', ' |  | ']);
  });

  it('calls the function of the last render', async () => {
    const harness = createHarness();
    const { page, send, seen } = createPage();
    const shown = harness.show(page('!'));
    await harness.pass(500);
    shown.rerender(harness.tree(page('?')));
    send('a');
    expect(seen().at(-1)).toBe('a? | a? | a?');
  });
});
