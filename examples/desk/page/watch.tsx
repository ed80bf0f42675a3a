// Listens to everything for the scoreboard and the timeline. Shows nothing, and renders for none of it.
import { useChannel, useRealtimeClient, type ConnectionStatus, type Gap } from 'holdfast';
import { useEffect } from 'react';
import { api } from '../contract.js';
import { GAP_WORDS, reasonInWords, STATUS_WORDS } from './in-words.js';
import { orderScore, priceScore } from './proof.js';
import { timeline } from './timeline.js';

export function Watch() {
  const { connection } = useRealtimeClient();
  useChannel(api.channels.prices, {
    onEvent: ({ data }) => priceScore.take(data.n, data.run),
    onGap(gap) {
      priceScore.gap();
      markGap('prices', gap);
    },
  });
  useChannel(api.channels.orders, {
    onEvent: ({ data }) => orderScore.take(data.seq),
    onGap(gap) {
      orderScore.gap();
      markGap('orders', gap, gap.reason === 'epoch' ? ORDERS_ARE_ON_FILE : undefined);
    },
  });
  useEffect(() => {
    const look = () => noteState(connection.get());
    look();
    return connection.subscribe(look);
  }, [connection]);
  return null;
}

/** Orders outlive the memory that prices and chat are gone with. */
const ORDERS_ARE_ON_FILE = 'The server was started again. The orders are on file and are asked for again.';

/** @param words - what the gap means for these, if not what it means for what is in memory alone */
export function markGap(what: string, gap: Gap, words = GAP_WORDS[gap.reason]): void {
  timeline.mark('gap', `Gap in ${what}: ${words}`);
}

function noteState({ status, isSuspect, reason }: ConnectionStatus): void {
  if (status === 'connected' && isSuspect) return timeline.state('overdue', 'Overdue: nothing was heard for longer than there should be.');
  timeline.state(status, `${STATUS_WORDS[status]}.${reason === null ? '' : ` ${reasonInWords(reason)}`}`);
}
