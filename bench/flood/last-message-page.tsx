/** react-use-websocket as its readme has it: the last message is state, and an effect takes it in. Not a bench. */
import { useEffect, useState, type ReactNode } from 'react';
import { useWebSocket } from 'react-use-websocket/dist/lib/use-websocket.js';
import { addRow, Cell, EMPTY_FEED, KEYS, NO_PRICES, Rows, setPrice } from './board.js';
import { HELLO, readFrame } from './raw-frames.js';

export function LastMessagePage({ url }: { readonly url: string }): ReactNode {
  const { lastMessage, sendMessage } = useWebSocket<unknown>(url, { protocols: 'holdfast.v1', onOpen: () => sendMessage(HELLO) });
  const [prices, setPrices] = useState(NO_PRICES);
  const [feed, setFeed] = useState(EMPTY_FEED);
  useEffect(() => {
    if (lastMessage === null) return;
    const ticks = readFrame(String(lastMessage.data), sendMessage);
    if (ticks.length === 0) return;
    // oxlint-disable-next-line react/set-state-in-effect -- as its readme has it
    setPrices((before) => ticks.reduce(setPrice, before));
    setFeed((before) => ticks.reduce(addRow, before));
  }, [lastMessage, sendMessage]);
  return (
    <>
      {KEYS.map((id) => (
        <Cell key={id} price={prices[id]} />
      ))}
      <Rows feed={feed} />
    </>
  );
}
