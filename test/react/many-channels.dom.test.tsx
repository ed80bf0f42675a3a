/** A thousand components on a thousand channels: an event renders the one that shows its channel. */
import { cleanup, render } from '@testing-library/react';
import { Profiler } from 'react';
import { afterEach, expect, it } from 'vitest';
import { append, channel, defineContract, defineView, RealtimeProvider, useChannel } from '../../src/index.js';
import { createHarness, createRenderLog, Message } from './harness.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';
import { expectNothingLeft } from './whole-page.js';

afterEach(cleanup);

const COUNT = 1_000;
const wall = defineContract({ channels: { cell: channel('cell:{id}', { events: { message: Message } }) } });
const cells = defineView(wall.channels.cell, { history: 10, initialState: [] as Message[], reduce: append(10) });

it('renders one component of a thousand for an event, and subscribes each channel once', async () => {
  const harness = createHarness();
  // Three links are the most; a connection of this server may carry more than the usual 200 channels.
  const server = createSimulatedServer(harness.world, 'many.test', { contract: wall, authorize: { channels: { cell: 'public' } }, limits: { channels: 400 } });
  const renders = createRenderLog<string>();
  const commits = createRenderLog<string>();
  const taps: string[] = [];
  const Row = ({ id }: { readonly id: string }) => {
    const { data, liveStatus } = useChannel(cells, { params: { id } });
    return renders.note(`${id} ${liveStatus} ${data.map(({ text }) => text).join()}`);
  };
  const Tap = ({ id }: { readonly id: string }) => {
    useChannel(wall.channels.cell, { params: { id }, onEvent: ({ data }) => taps.push(`${id} ${data.text}`) });
    return renders.note(`tap ${id}`);
  };
  const ids = Array.from({ length: COUNT }, (_, i) => String(i));
  const page = render(
    <RealtimeProvider url="ws://many.test/realtime" contract={wall} world={harness.page}>
      <Profiler id="page" onRender={(id) => commits.note(id)}>
        {ids.map((id) => <Row key={id} id={id} />)}
        <Tap id="517" />
        <Tap id="518" />
      </Profiler>
    </RealtimeProvider>,
  );
  await harness.pass(10_000);
  expect(renders.all.filter((line) => line.includes(' live '))).toHaveLength(COUNT);
  expect(server.heard.filter(({ t }) => t === 'subscribe').flatMap((frame) => frame['channels'])).toHaveLength(COUNT);

  const [before, committed] = [renders.all.length, commits.all.length];
  for (const text of ['a', 'b']) {
    await server.core().publish(wall.channels.cell, { id: '517' }, 'message', { id: text, text });
    await harness.pass(100);
  }
  expect(renders.all.slice(before)).toEqual(['517 live a', '517 live a,b']);
  expect(commits.all.length - committed).toBe(2);
  expect(taps).toEqual(['517 a', '517 b']);

  page.unmount();
  expect(harness.world.network.counts('page').peak).toBe(3);
  await expectNothingLeft(harness);
});
