/** A hidden <Activity>: its subscriptions are kept for their lease and then left; what is shown again shows the newest. React 19 only. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Activity, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { useCommand } from '../../src/index.js';
import { api, createHarness, createRenderLog, type Harness } from './harness.js';
import { CHANNEL_LEASE_MS, costOf, expectNothingLeft, LINK_LEASE_MS, ONE_PAGE, useWhole, Whole } from './whole-page.js';

afterEach(cleanup);

const shown = (): string | null => screen.getByTestId('whole').textContent;

/** A tab of the page that is shown or hidden, and what its renders have seen. */
function createTab(isShownAtFirst: boolean) {
  const log = createRenderLog<string>();
  const told: string[] = [];
  function Inside() {
    const text = useWhole((event) => told.push(event));
    log.note(text);
    return <p data-testid="whole">{text}</p>;
  }
  function Tab() {
    const [isShown, setShown] = useState(isShownAtFirst);
    return (
      <>
        <button onClick={() => setShown(!isShown)}>{isShown ? 'hide' : 'show'}</button>
        <Activity mode={isShown ? 'visible' : 'hidden'}><Inside /></Activity>
      </>
    );
  }
  return { Tab, log, told, show: () => fireEvent.click(screen.getByText('show')), hide: () => fireEvent.click(screen.getByText('hide')) };
}

/** Somebody says it in both rooms. */
async function sayEverywhere({ server, publish }: Harness, text: string): Promise<void> {
  await publish(text);
  await server.core().publish(api.channels.room, { id: '2' }, 'message', { id: text, text });
}

describe('a hidden Activity', () => {
  it('that is hidden for less than a lease keeps its subscriptions, renders nothing meanwhile and is up to date at once when it is shown', async () => {
    const harness = createHarness();
    const { Tab, log, told, show, hide } = createTab(true);
    harness.show(<Tab />);
    await harness.pass(500);
    await sayEverywhere(harness, 'seen');
    await harness.pass(100);
    hide();
    const renders = log.all.length;
    await harness.pass(1_000);
    await sayEverywhere(harness, 'missed');
    await harness.pass(CHANNEL_LEASE_MS - 1_200);
    expect(log.all).toHaveLength(renders);
    show();
    expect(shown()).toBe('connected: seen missed | seen missed');
    await harness.pass(20_000);
    await sayEverywhere(harness, 'again');
    await harness.pass(100);
    expect(shown()).toBe('connected: seen missed again | seen missed again');
    // While it is hidden it is told nothing; shown again, it is told first what it missed.
    expect(told).toEqual(['seen', 'missed', 'again']);
    // Asked for once more, from the place of the listener; the view was never left.
    expect(costOf(harness)).toEqual({ ...ONE_PAGE, subscribed: { 'room:1': 1, 'room:2': 2 } });
  });

  it('that is hidden for longer leaves its channels after the lease, and comes back with what it has missed', async () => {
    const harness = createHarness();
    const { Tab, log, show, hide } = createTab(true);
    const page = harness.show(<Tab />);
    await harness.pass(500);
    hide();
    const renders = log.all.length;
    await harness.pass(CHANNEL_LEASE_MS - 100);
    expect(costOf(harness)).toEqual(ONE_PAGE);
    await harness.pass(200);
    expect(costOf(harness)).toEqual({ ...ONE_PAGE, left: ['room:1', 'room:2'] });
    await harness.publish('missed');
    await harness.pass(LINK_LEASE_MS + 60_000);
    // The provider is not hidden: its link stays.
    expect(harness.world.network.counts('page')).toEqual({ open: 1, peak: 1, opened: 1 });
    expect(log.all).toHaveLength(renders);
    show();
    await harness.pass(500);
    expect(shown()).toContain('connected: missed');
    expect(costOf(harness)).toEqual({ sockets: 1, subscribed: { 'room:1': 2, 'room:2': 2 }, left: ['room:1', 'room:2'], asked: 2 });
    page.unmount();
    await expectNothingLeft(harness);
  });

  it('that is rendered ahead subscribes nothing until it is shown, and then once', async () => {
    const harness = createHarness();
    const { Tab, log, show } = createTab(false);
    harness.show(<Tab />);
    await harness.pass(20_000);
    expect(log.all.length).toBeGreaterThan(0);
    expect(costOf(harness)).toEqual({ sockets: 1, subscribed: {}, left: [], asked: 0 });
    show();
    await harness.publish('a');
    await harness.pass(500);
    expect(shown()).toBe('connected: a | ');
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });

  it('that is rendered ahead and never shown leaves nothing', async () => {
    const harness = createHarness();
    const { Tab } = createTab(false);
    const page = harness.show(<Tab />);
    await harness.pass(500);
    page.unmount();
    await expectNothingLeft(harness);
    expect(costOf(harness)).toEqual({ sockets: 1, subscribed: {}, left: [], asked: 0 });
  });

  it('around the whole page opens nothing ahead, lets go of the socket after its lease, and opens another when it is shown again', async () => {
    const harness = createHarness();
    const { world, page: { pending, watchers } } = harness;
    const app = (mode: 'visible' | 'hidden') => <Activity mode={mode}>{harness.tree(<Whole />)}</Activity>;
    const page = render(app('hidden'));
    await harness.pass(10_000);
    expect([costOf(harness).sockets, pending, watchers]).toEqual([0, 0, 0]);
    page.rerender(app('visible'));
    await harness.pass(500);
    expect(costOf(harness)).toEqual(ONE_PAGE);
    page.rerender(app('hidden'));
    await harness.pass(LINK_LEASE_MS - 1_000);
    expect(world.network.counts('page').open).toBe(1);
    await expectNothingLeft(harness);
    await harness.publish('missed');
    page.rerender(app('visible'));
    await harness.pass(500);
    expect(shown()).toBe('connected: missed | ');
    expect(world.network.counts('page')).toEqual({ open: 1, peak: 1, opened: 2 });
  });

  it('has no callback of its commands called while it is hidden', async () => {
    const harness = createHarness();
    const calls: string[] = [];
    const settled: string[] = [];
    function Poster() {
      const { send } = useCommand(api.commands.post, { onSettled: (message) => calls.push(message?.text ?? '') });
      return <button onClick={() => send({ room: '1', text: `text ${calls.length}` })}>post</button>;
    }
    const page = (mode: 'visible' | 'hidden') => harness.tree(<Activity mode={mode}><Poster /></Activity>, { onCommandSettled: ({ status }) => settled.push(status) });
    const { rerender } = render(page('visible'));
    await harness.pass(200);
    const post = (): boolean => fireEvent.click(screen.getByText('post'));
    post();
    rerender(page('hidden'));
    await harness.pass(500);
    expect([calls, settled]).toEqual([[], ['success']]);
    rerender(page('visible'));
    post();
    await harness.pass(500);
    expect([calls, settled]).toEqual([['text 0'], ['success', 'success']]);
  });
});
