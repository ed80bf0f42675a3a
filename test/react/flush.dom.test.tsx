/** When components render: with the frame, at once, at most once in so many milliseconds, and not in the middle of a transition. */
import { cleanup } from '@testing-library/react';
import { Profiler, startTransition, useEffect, useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createClient, useChannel, useQuery, type Flush, type RealtimeClient } from '../../src/index.js';
import { api, createHarness, messages, URL } from './harness.js';

const env = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };

afterEach(() => {
  env.IS_REACT_ACT_ENVIRONMENT = true;
  cleanup();
});

/** A hasty hook beside one that waits, and one hook that changes its mind. */
function createPage() {
  const seen: string[] = [];
  const One = ({ name, flush, second }: { readonly name: string; readonly flush?: 'frame' | 'sync' | undefined; readonly second?: boolean }) => {
    // Compiled, the child would keep its element, and not be rendered with its parent.
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
  const paint = async (): Promise<void> => {
    for (const run of [...paints]) {
      paints.delete(run);
      run();
    }
    await harness.pass(0);
  };
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

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** A list that React renders with a pause after each item, in which the page may hear of something. */
function createSlowList(length: number) {
  const rendered: number[] = [];
  let start = (): void => {};
  function Item({ round }: { readonly round: number }) {
    rendered.push(round);
    // React pauses after 5 ms.
    spin(6);
    return <li>{round}</li>;
  }
  function List() {
    const [round, setRound] = useState(0);
    useEffect(() => {
      start = () => startTransition(() => setRound((before) => before + 1));
    }, []);
    return <ol data-round={round}>{Array.from({ length }, (_, index) => <Item key={index} round={round} />)}</ol>;
  }
  return { List, rendered, start: () => start(), round: () => document.querySelector('ol')?.dataset['round'] };
}

it('renders a transition once, though events come all the while, and then all of these', async () => {
  const { show, pass, publish, world } = createHarness();
  const { List, rendered, start, round } = createSlowList(12);
  const shown: string[] = [];
  const Room = () => {
    const { data } = useChannel(messages, { params: { id: '1' } });
    shown.push(data.map(({ text }) => text).join(''));
    return null;
  };
  show(<><Room /><List /></>);
  await pass(500);
  const perRound = rendered.length;
  env.IS_REACT_ACT_ENVIRONMENT = false;
  rendered.length = 0;
  start();
  let published = '';
  let flushed = 0;
  const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
  const hear = async (): Promise<void> => {
    await publish('x');
    published += 'x';
    // The event is on its way for 10 ms, and then a frame is painted. React has some turns before the next event.
    await world.clock.run(world.clock.now() + 30);
    for (let i = 0; i < 3; i++) await turn();
  };
  while (round() !== '1') {
    await hear();
    if (shown.at(-1) === published) flushed++;
  }
  // React had paused, or nothing was shown by the old code either.
  expect(published.length).toBeGreaterThan(3);
  expect(rendered).toHaveLength(perRound);
  expect(flushed).toBeLessThan(published.length);
  for (let i = 0; i < 5; i++) await turn();
  await hear();
  for (let i = 0; i < 5; i++) await turn();
  expect(shown.at(-1)).toBe(published);
});

it('renders a slow one at most once in 100 ms, and the same number in another object does not subscribe again', async () => {
  const { show, tree, pass, publish, heard } = createHarness();
  const seen: string[] = [];
  const Slow = () => {
    const { data } = useChannel(messages, { params: { id: '1' }, flush: { everyMs: 100 } });
    seen.push(data.map(({ text }) => text).join(''));
    return null;
  };
  const shown = show(<Slow />);
  await pass(1_000);
  const before = heard('subscribe').length;
  seen.length = 0;
  for (const text of 'abcdefghij') {
    await publish(text);
    await pass(20);
    shown.rerender(tree(<Slow />));
  }
  await pass(200);
  const kinds = [...new Set(seen)];
  expect(kinds[0]).toBe('a');
  expect(kinds.at(-1)).toBe('abcdefghij');
  expect(kinds.length).toBeLessThanOrEqual(4);
  expect(heard('subscribe')).toHaveLength(before);
});

it('a query may be shown at once, or rarely, as a channel may', async () => {
  const { show, pass, publish } = createHarness();
  const seen: string[] = [];
  const Answer = ({ name, flush }: { readonly name: string; readonly flush?: Flush }) => {
    const { data } = useQuery(api.queries.history, {
      input: { room: '1' },
      flush,
      follow: { channel: api.channels.room, params: { id: '1' }, apply: (list, { data: message }) => [...list, message] },
    });
    seen.push(`${name} ${data?.map(({ text }) => text).join('')}`);
    return null;
  };
  show(<><Answer name="frame" /><Answer name="slow" flush={{ everyMs: 1_000 }} /><Answer name="sync" flush="sync" /></>);
  await pass(3_000);
  await publish('a');
  await pass(100);
  seen.length = 0;
  await publish('b');
  await pass(100);
  expect(new Set(seen)).toEqual(new Set(['sync ab', 'frame ab']));
  await pass(1_000);
  expect(seen.at(-1)).toBe('slow ab');
});
