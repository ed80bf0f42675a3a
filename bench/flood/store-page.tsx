/**
 * A store of one's own that tells React of every message: whoever shows a key that changed, and the list. Nobody is told
 * in vain, so this is the pattern at its best. Not a bench.
 */
import { useSyncExternalStore, type ReactNode } from 'react';
import { addRow, Cell, EMPTY_FEED, KEYS, NO_PRICES, Rows, setPrice } from './board.js';
import { HELLO, readFrame } from './raw-frames.js';

let prices = NO_PRICES;
let feed = EMPTY_FEED;
const listeners = new Map<number, Set<() => void>>();
const LIST = -1;

const subscribeTo = (key: number) => (onChange: () => void) => {
  const those = listeners.get(key) ?? new Set();
  listeners.set(key, those.add(onChange));
  return () => void those.delete(onChange);
};
const tell = (key: number): void => listeners.get(key)?.forEach((listener) => listener());

export function openStore(url: string): void {
  const socket = new WebSocket(url, 'holdfast.v1');
  socket.onopen = () => socket.send(HELLO);
  socket.onmessage = (message: MessageEvent<string>) => {
    const ticks = readFrame(message.data, (text) => socket.send(text));
    if (ticks.length === 0) return;
    prices = ticks.reduce(setPrice, prices);
    feed = ticks.reduce(addRow, feed);
    for (const key of new Set(ticks.map((tick) => tick.key))) tell(key);
    tell(LIST);
  };
}

const sources = KEYS.map((key) => ({ key, subscribe: subscribeTo(key), get: () => prices[key] }));
const list = { subscribe: subscribeTo(LIST), get: () => feed };

function StoreCell({ source }: { readonly source: (typeof sources)[number] }): ReactNode {
  return <Cell price={useSyncExternalStore(source.subscribe, source.get)} />;
}

function StoreRows(): ReactNode {
  return <Rows feed={useSyncExternalStore(list.subscribe, list.get)} />;
}

export function StorePage(): ReactNode {
  return (
    <>
      {sources.map((source) => (
        <StoreCell key={source.key} source={source} />
      ))}
      <StoreRows />
    </>
  );
}
