/** `flush: 'sync'`: one hook is told at once, the others with the frame, and what is rendered together is of one moment. */
import { act, cleanup } from '@testing-library/react';
import { Profiler } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createClient, useChannel, type RealtimeClient } from '../../src/index.js';
import { api, createHarness, messages, URL } from './harness.js';

afterEach(cleanup);

/** A hasty hook beside one that waits, and one hook that changes its mind. */
function createPage() {
  const seen: string[] = [];
  const One = ({ name, flush, second }: { readonly name: string; readonly flush?: 'frame' | 'sync' | undefined; readonly second?: boolean }) => {
    // The compiler would keep the child, which then is not rendered with its parent.
    'use no memo';
    const { data } = useChannel(messages, { params: { id: '1' }, flush });
    const text = data.map((message) => message.text).join('');
    seen.push(`${name}:${text}`);
    return second ? <One name={`${name}2`} /> : null;
  };
  return { One, seen };
}

/** The real page's frames are the test's: nothing is painted until it says so. */
function createStillPage() {
  const harness = createHarness();
  const paints = new Set<() => void>();
  const world = {
    ...harness.page,
    paint(run: () => void) {
      paints.add(run);
      return () => void paints.delete(run);
    },
  };
  const client: RealtimeClient = createClient({ url: URL, contract: api, world });
  const paint = (): Promise<void> =>
    act(async () => {
      for (const run of [...paints]) {
        paints.delete(run);
        run();
      }
    });
  return { ...harness, client, paint };
}

it('renders the hasty one before the frame, the others with it', async () => {
  const complaints = vi.spyOn(console, 'error');
  const { tree, pass, paint, publish, client, show } = createStillPage();
  const { One, seen } = createPage();
  const commits: string[] = [];
  const page = (flush: 'frame' | 'sync') => (
    <>
      <One name="wait" />
      <Profiler id="hasty" onRender={() => commits.push(seen.at(-1) ?? '')}>
        <One name="hasty" flush={flush} second />
      </Profiler>
    </>
  );
  const shown = show(page('sync'), { client } as never);
  await pass(500);
  await paint();
  await paint();
  // The leading flush of this turn is for all; from now on the frame is awaited.
  await publish('a');
  await pass(50);
  expect(new Set(seen.slice(-6).map((line) => line.split(':')[1]))).toEqual(new Set(['a']));
  seen.length = 0;
  await publish('b');
  await pass(50);
  await publish('c');
  await pass(50);
  // Its child, which waits, is rendered with it, and of the same moment.
  expect([...new Set(seen)]).toEqual(['hasty:ab', 'hasty2:ab', 'hasty:abc', 'hasty2:abc']);
  seen.length = 0;
  await paint();
  expect([...new Set(seen)]).toEqual(['wait:abc']);
  await paint();
  shown.rerender(tree(page('frame'), { client } as never));
  await publish('d');
  await pass(50);
  await publish('e');
  await pass(50);
  seen.length = 0;
  await paint();
  expect(new Set(seen)).toEqual(new Set(['wait:abcde', 'hasty:abcde', 'hasty2:abcde']));
  // React says so if somebody is told while it renders.
  expect(complaints).not.toHaveBeenCalled();
  client.dispose();
});
