// A uPlot that follows its box, the theme and its data. It draws at most once a frame, and only when there is something new.
import uPlot from 'uplot';
import { clockText, priceText } from './format.js';
import type { PriceLine } from './price-lines.js';
import { theme } from './theme.js';

const WINDOW_S = 60;
/** So that a price that hardly moves looks calm: the least that the axis spans, as a share of the price. */
const LEAST_SPAN = 0.012;

export interface Plot {
  /** There is something new. */
  touch(): void;
  dispose(): void;
}

export function createPlot(box: HTMLElement, read: () => PriceLine): Plot {
  let colours = coloursOf(box);
  const plot = new uPlot(options(box, () => colours), [[], []], box);
  let frame: number | undefined;

  const draw = () => {
    frame = undefined;
    const { times, prices } = read();
    const end = times.at(-1) ?? Date.now() / 1_000;
    plot.batch(() => {
      plot.setData([times, prices], false);
      plot.setScale('x', { min: end - WINDOW_S, max: end });
    });
  };
  const touch = () => void (frame ??= requestAnimationFrame(draw));
  const stopTheme = theme.subscribe(() => {
    colours = coloursOf(box);
    plot.redraw(false, true);
  });
  const size = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: box.clientHeight }));
  size.observe(box);
  touch();

  return {
    touch,
    dispose() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      size.disconnect();
      stopTheme();
      plot.destroy();
    },
  };
}

/** A price stands until the next one: steps, not slopes. */
const stepped = uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) };

type Colours = Readonly<Record<'line' | 'fill' | 'grid' | 'text', string>>;

function options({ clientWidth: width, clientHeight: height }: HTMLElement, colours: () => Colours): uPlot.Options {
  const axis = { stroke: () => colours().text, font: '12px ui-monospace, Menlo, Consolas, monospace', ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 0, 0, 8],
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_, low, high) => roomy(low, high) } },
    axes: [
      { ...axis, grid: { show: false }, space: 96, size: 28, values: (_, times) => times.map((time) => clockText(time * 1_000)) },
      { ...axis, side: 1, size: 64, space: 36, grid: { stroke: () => colours().grid, width: 1 }, values: (_, prices) => prices.map((price) => priceText(price * 100)) },
    ],
    series: [{}, { stroke: () => colours().line, fill: () => colours().fill, width: 1.5, ...stepped, points: { show: false } }],
    hooks: { draw: [(plot) => drawEnd(plot, colours())] },
  };
}

function roomy(low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [0, 1];
  const middle = (low + high) / 2;
  const half = Math.max((high - low) * 0.6, (middle * LEAST_SPAN) / 2);
  return [middle - half, middle + half];
}

/** A dot where the price is now. */
function drawEnd({ ctx, data: [times, prices], valToPos }: uPlot, { line }: Colours): void {
  const time = times.at(-1);
  const price = prices?.at(-1);
  if (time === undefined || price == null) return;
  ctx.beginPath();
  ctx.arc(valToPos(time, 'x', true), valToPos(price, 'y', true), 3 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fillStyle = line;
  ctx.fill();
}

/** A canvas knows no CSS variables, so one element says what they are now. */
function coloursOf(box: HTMLElement): Colours {
  const probe = box.appendChild(document.createElement('i'));
  const colourOf = (value: string) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colours = {
    line: colourOf('var(--tide)'),
    fill: colourOf('color-mix(in srgb, var(--tide) 8%, transparent)'),
    grid: colourOf('var(--line)'),
    text: colourOf('var(--soft)'),
  };
  probe.remove();
  return colours;
}
