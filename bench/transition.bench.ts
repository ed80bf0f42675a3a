/**
 * How long a React transition of 80 ms takes in Chromium while one component shows 200 events a second from a real server:
 * with our hook at its defaults, with an external store that notifies React once a frame, with React's own state, and with our hook while
 * nothing is published. Production builds, React 19 and 18, the same page. The pages run one after another.
 */
import { join } from 'node:path';
import type { Alias } from 'vite';
import { isQuick, median, role, startChild, type Child } from './child.js';
import { launchChromium, type BareChromium } from './flood/bare-chromium.js';
import { buildLibrary, buildPage } from './production-page.js';
import type { Feed } from './transition/feed.js';
import type { Transition } from './transition/page.js';
import { serveFeed } from './transition/server.js';

const PER_SECOND = 200;
/** A page that starves takes 5 s for each. */
const RUNS = isQuick ? 20 : 40;
const STARVED_RUNS = isQuick ? 2 : 5;
const LIMIT_MS = 500;
/** Share of the runs that must stay within the limit. */
const SHARE = 0.95;

interface Row {
  readonly name: string;
  readonly react: 19 | 18;
  readonly page: 'holdfast' | 'store' | 'state';
  readonly slices: number;
  /** So long the live component takes to render. */
  readonly liveMs: number;
  readonly perSecond: number;
  readonly runs: number;
}

interface Result extends Row {
  readonly all: readonly Transition[];
  readonly commitsPerSecond: number;
  readonly published: number;
  readonly shown: Feed;
  readonly thrown: readonly string[];
}

const row = (name: string, page: Row['page'], more: Partial<Row> = {}): Row => ({ name, react: 19, page, slices: 80, liveMs: 0, perSecond: PER_SECOND, runs: RUNS, ...more });

const ROWS: readonly Row[] = [
  row('holdfast, defaults', 'holdfast'),
  row('holdfast, nothing published', 'holdfast', { perSecond: 0 }),
  row('holdfast, 20 events/s', 'holdfast', { perSecond: 20 }),
  row('holdfast, 5,000 events/s', 'holdfast', { perSecond: 5_000 }),
  row('holdfast, 400 ms transition', 'holdfast', { slices: 400, runs: RUNS / 4 }),
  row('holdfast, 20 ms a render', 'holdfast', { liveMs: 20, runs: RUNS / 4 }),
  row('external store, each frame', 'store', { runs: STARVED_RUNS }),
  row('React state, each frame', 'state', { runs: RUNS / 4 }),
  row('React state, 20 ms a render', 'state', { liveMs: 20, runs: RUNS / 4 }),
  row('holdfast, defaults', 'holdfast', { react: 18 }),
  row('external store, each frame', 'store', { react: 18, runs: STARVED_RUNS }),
];

/** React 18 stands beside React 19 in the repository. */
const REACT_18: readonly Alias[] = [{ find: /^(react|react-dom)(\/.*)?$/, replacement: `${join(process.cwd(), 'test', 'react-18', 'node_modules')}/$1$2` }];

async function measure(browser: BareChromium, server: Child, url: string, what: Row): Promise<Result> {
  const tab = await browser.open(`${url}?script=react-${what.react}.js&page=${what.page}&slices=${what.slices}&live=${what.liveMs}`);
  // Until the page has loaded, its context may be replaced.
  while (!(await tab.evaluate<boolean>("typeof transitions === 'function'").catch(() => false)));
  // What mounting has left to do is not the transition's.
  await tab.evaluate('new Promise((resolve) => setTimeout(resolve, 1_000))');
  const before = await server.ask<number>('stop');
  await server.ask('start', what.perSecond);
  await tab.evaluate('new Promise((resolve) => setTimeout(resolve, 300))');
  const commitsPerSecond = await tab.evaluate<number>('rate()');
  const all = await tab.evaluate<Transition[]>(`transitions(${what.runs})`);
  const last = await server.ask<number>('stop');
  const shown = await tab.evaluate<Feed>(`rest(${last})`);
  await tab.close();
  return { ...what, all, commitsPerSecond, published: last - before, shown, thrown: tab.thrown };
}

async function run(): Promise<Result[]> {
  buildLibrary();
  const entry = 'bench/transition/page.tsx';
  const scripts = { 'react-19.js': await buildPage(entry), 'react-18.js': await buildPage(entry, REACT_18) };
  const browser = await launchChromium();
  const server = startChild('server');
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
  try {
    const url = await server.ask<string>('open', scripts);
    const results: Result[] = [];
    for (const what of ROWS) if (only === undefined || what.name.includes(only)) results.push(await measure(browser, server, url, what));
    return results;
  } finally {
    server.end();
    await browser.close();
  }
}

const times = ({ all }: Result): number[] => all.map(({ ms }) => ms).sort((a, b) => a - b);

function show(results: readonly Result[]): void {
  console.log('page                          React  runs   median     worst   slices   commits/s   longest pause      shown');
  for (const result of results) {
    const { name, react, all, published, shown, commitsPerSecond, slices } = result;
    const ms = (value: number, width: number): string => `${value.toFixed(0)} ms`.padStart(width);
    const restarts = `${(median(all.map((one) => one.slices)) / slices).toFixed(1)} ×`.padStart(9);
    console.log(
      `${name.padEnd(30)}${String(react).padStart(5)}${String(all.length).padStart(6)}${ms(median(times(result)), 9)}${ms(Math.max(...times(result)), 10)}${restarts}${String(commitsPerSecond).padStart(12)}${ms(Math.max(...all.map((one) => one.longestPauseMs)), 16)}${`${shown.seen} of ${published}`.padStart(16)}`,
    );
  }
}

if (role === 'server') serveFeed();
else {
  const results = await run();
  show(results);
  const wrong: string[] = [];
  for (const result of results) {
    const { name, react, page, all, published, shown, slices, liveMs, thrown } = result;
    if (page !== 'holdfast') continue;
    if (shown.seen !== published || !shown.isOrdered) wrong.push(`${name}, React ${react}: ${shown.seen} of ${published} events are shown${shown.isOrdered ? '' : ', not in order'}`);
    if (thrown.length > 0) wrong.push(`${name}, React ${react}: the page threw: ${thrown[0]}`);
    if (slices === 80 && liveMs === 0 && !(all.filter(({ ms }) => ms <= LIMIT_MS).length >= SHARE * all.length)) wrong.push(`${name}, React ${react}: more than one of 20 transitions took longer than ${LIMIT_MS} ms`);
  }
  for (const sentence of wrong) console.log(sentence);
  const worst = (page: Row['page']): number => Math.max(...results.filter((one) => one.page === page && one.perSecond === PER_SECOND && one.slices === 80 && one.liveMs === 0).flatMap(times));
  console.log(JSON.stringify({ bench: 'transition', ratio: Number((worst('holdfast') / worst('store')).toFixed(3)), worstMs: Math.round(worst('holdfast')), limitMs: LIMIT_MS }));
  if (wrong.length > 0) process.exitCode = 1;
}
