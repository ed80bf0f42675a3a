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
      markGap('orders', gap);
    },
  });
  useEffect(() => {
    const look = () => noteState(connection.get());
    look();
    return connection.subscribe(look);
  }, [connection]);
  return null;
}

export function markGap(what: string, gap: Gap): void {
  timeline.mark('gap', `Gap in ${what}: ${GAP_WORDS[gap.reason]}`);
}

function noteState({ status, isSuspect, reason }: ConnectionStatus): void {
  if (status === 'connected' && isSuspect) return timeline.state('overdue', 'Overdue: nothing was heard for longer than there should be.');
  timeline.state(status, `${STATUS_WORDS[status]}.${reason === null ? '' : ` ${reasonInWords(reason)}`}`);
}
