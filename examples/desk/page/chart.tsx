// The price of one instrument in the last minute. It is fed by a tap and draws by itself: however many events come, React renders nothing for them.
import 'uplot/dist/uPlot.min.css';
import { useChannel } from 'holdfast';
import { useEffect, useRef } from 'react';
import { api, type Ticker } from '../contract.js';
import { createPlot } from './plot.js';
import { priceLines } from './price-lines.js';

export function Chart({ symbol, name }: { readonly symbol: Ticker; readonly name: string }) {
  const box = useRef<HTMLDivElement>(null);
  useChannel(api.channels.prices, {
    onEvent: ({ data, time }) => priceLines.add(data.symbol, time, data.cents),
    onGap: priceLines.gap,
  });
  useEffect(() => {
    if (box.current === null) return;
    const plot = createPlot(box.current, () => priceLines.of(symbol));
    const stop = priceLines.watch(symbol, plot.touch);
    return () => {
      stop();
      plot.dispose();
    };
  }, [symbol]);
  return <div className="chart" ref={box} role="img" aria-label={`Price of ${name} in the last minute, as a line`} />;
}
