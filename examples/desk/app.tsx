// The desk: an ordinary page of parts, none of which knows that there is a socket.
import { useState } from 'react';
import { INSTRUMENTS, type Ticker } from './contract.js';
import { Banner } from './page/banner.js';
import { Book } from './page/book.js';
import { Chat } from './page/chat.js';
import { FaultPanel } from './page/fault-panel.js';
import { Header } from './page/header.js';
import { Market } from './page/market.js';
import { OrderHistory } from './page/order-history.js';
import { Outbox } from './page/outbox.js';
import { Scoreboard } from './page/scoreboard.js';
import { Ticket } from './page/ticket.js';
import { TimelinePanel } from './page/timeline-panel.js';
import { Watch } from './page/watch.js';

export function App() {
  const [symbol, setSymbol] = useState<Ticker>(INSTRUMENTS[0].symbol);
  return (
    <>
      <Watch />
      <Header />
      <Banner />
      <main className="desk">
        <TimelinePanel />
        <div className="trade">
          <Market symbol={symbol} onChoose={setSymbol} />
          <Ticket symbol={symbol} />
          <Outbox />
          <Book symbol={symbol} />
        </div>
        <div className="bench">
          <FaultPanel />
          <Scoreboard />
        </div>
        <OrderHistory />
        <Chat />
      </main>
    </>
  );
}
