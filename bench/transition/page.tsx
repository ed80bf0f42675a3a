/**
 * A page with one live component and a list that takes 80 ms to render, in slices of 1 ms. `?page=` says how the live
 * component is told: by our hook, by an external store that tells React once a frame, or by React's own state once a frame. Not a bench.
 */
import { memo, startTransition, useEffect, useLayoutEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { defineView, RealtimeProvider, useChannel, useRealtimeClient } from 'holdfast';
import { addTick, api, EMPTY_FEED, type Feed } from './feed.js';

/** What happened while one transition was pending. */
export interface Transition {
  readonly ms: number;
  /** Slices rendered; without a restart as many as the list has. */
  readonly slices: number;
  /** Commits of the live component. */
  readonly liveCommits: number;
  /** The longest time without a commit of the live component, from the start on. */
  readonly longestPauseMs: number;
}

const query = new URLSearchParams(location.search);
const SLICES = Number(query.get('slices') ?? 80);
const SLICE_MS = 1;
const LIVE_MS = Number(query.get('live') ?? 0);
const url = `${location.origin.replace('http', 'ws')}/realtime`;

let slices = 0;
let onCommit = (_: number): void => {};
let liveAt: number[] = [];

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function countSlice(): void {
  slices += 1;
}

function Slice({ round }: { readonly round: number }): ReactNode {
  countSlice();
  spin(SLICE_MS);
  return <li>{round}</li>;
}

const List = memo(function List({ round }: { readonly round: number }): ReactNode {
  return Array.from({ length: SLICES }, (_, index) => <Slice key={index} round={round} />);
});

let startNext = (): void => {};
function Slow(): ReactNode {
  const [round, setRound] = useState(0);
  useEffect(() => {
    startNext = () => startTransition(() => setRound((before) => before + 1));
  }, []);
  useLayoutEffect(() => onCommit(round), [round]);
  return <List round={round} />;
}

function Live({ feed }: { readonly feed: Feed }): ReactNode {
  spin(LIVE_MS);
  useLayoutEffect(() => {
    liveAt.push(performance.now());
  });
  return <p id="live">{JSON.stringify(feed)}</p>;
}

const view = defineView(api.channels.feed, { initialState: EMPTY_FEED, reduce: (state, event) => addTick(state, event.data) });

function Ours(): ReactNode {
  return <Live feed={useChannel(view).data} />;
}

/** One store, one notification a frame. */
function createFrameStore() {
  let feed = EMPTY_FEED;
  let shown = EMPTY_FEED;
  let frame = 0;
  const listeners = new Set<() => void>();
  return {
    add(tick: { readonly n: number }) {
      feed = addTick(feed, tick);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        shown = feed;
        for (const listener of [...listeners]) listener();
      });
    },
    get: () => shown,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
const store = createFrameStore();

function useFeed(): void {
  const client = useRealtimeClient();
  useEffect(() => client.channel(api.channels.feed).subscribe({ onEvent: ({ data }) => store.add(data) }), [client]);
}

function ExternalStore(): ReactNode {
  useFeed();
  return <Live feed={useSyncExternalStore(store.subscribe, store.get)} />;
}

function ReactState(): ReactNode {
  useFeed();
  const [feed, setFeed] = useState(EMPTY_FEED);
  useEffect(() => store.subscribe(() => setFeed(store.get())), []);
  return <Live feed={feed} />;
}

const pages = { holdfast: Ours, store: ExternalStore, state: ReactState } as const;
const Page = pages[query.get('page') as keyof typeof pages];

createRoot(document.getElementById('root') as HTMLElement).render(
  <RealtimeProvider url={url} contract={api}>
    <Page />
    <Slow />
  </RealtimeProvider>,
);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const shown = (): Feed => JSON.parse(document.getElementById('live')?.textContent ?? '{}') as Feed;

/** Starts a transition and waits until it has committed. */
function transition(): Promise<Transition> {
  return new Promise((resolve) => {
    slices = 0;
    liveAt = [];
    const startedAt = performance.now();
    onCommit = () => {
      const endedAt = performance.now();
      onCommit = () => {};
      const times = [startedAt, ...liveAt, endedAt];
      resolve({ ms: endedAt - startedAt, slices, liveCommits: liveAt.length, longestPauseMs: Math.max(...times.slice(1).map((at, index) => at - (times[index] as number))) });
    };
    startNext();
  });
}

async function transitions(count: number): Promise<Transition[]> {
  const all: Transition[] = [];
  for (let n = 0; n < count; n++) {
    // Each begins at another time of a frame.
    await pause(100 + ((n * 37) % 100));
    all.push(await transition());
  }
  return all;
}

/** Counts a second without a transition. */
async function rate(): Promise<number> {
  liveAt = [];
  await pause(1_000);
  return liveAt.length;
}

/** Resolves when event `last` is shown, or does not come. */
async function rest(last: number): Promise<Feed> {
  for (let tries = 0; tries < 100 && shown().last !== last; tries++) await pause(50);
  return shown();
}

Object.assign(globalThis, { transitions, rate, rest, shown });
