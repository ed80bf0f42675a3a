/** Acceptance of the desk: it starts within 15 s, and under 5,000 events a second for 30 s it counts every one of them while somebody types. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium, type BareChromium, type Tab } from '../../bench/flood/bare-chromium.js';
import { api } from '../../examples/desk/contract.js';
import { startDesk, type Desk } from '../e2e/desk/desk-program.js';
import { installInputProbe, type InputSight } from './desk/input-probe.js';
import { startTyping } from './desk/typist.js';

const PER_SECOND = 5_000;
const FOR_MS = 30_000;
const P95_MS = 100;
/** What the connection feeds: prices, the book, the history, the chat. */
const FED = '.quotes tbody, .book-sides, [data-testid=history], [role=log]';

let desk: Desk;
let browser: BareChromium;
let typed = 0;
beforeAll(async () => {
  desk = await startDesk();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

async function openPage(): Promise<Tab> {
  const tab = await browser.open('about:blank');
  await tab.send('Emulation.setDeviceMetricsOverride', { width: 1440, height: 900, deviceScaleFactor: 1, mobile: false });
  await tab.send('Page.enable');
  await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${String(installInputProbe)})()` });
  await tab.send('Page.navigate', { url: desk.url });
  await until(async () => (await figure(tab, 'prices-received')) > 0);
  return tab;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(50);
}

/** A number of the scoreboard; 0 while the page has none. */
const figure = (tab: Tab, name: string): Promise<number> =>
  tab.evaluate(`Number((document.querySelector('[data-testid="${name}"]')?.textContent ?? '0').replace(/[^0-9-]/g, ''))`);

/** The server's count of its prices and the page's, at a moment when no price is under way: the server stands still. */
async function countsAtRest(tab: Tab): Promise<{ n: number; received: number }> {
  const client = desk.client('Auditor');
  let n = 0;
  client.channel(api.channels.prices).subscribe({ onEvent: ({ data }) => void (n = data.n) });
  await until(async () => n > 0);
  await desk.fault({ fault: 'freeze', forMs: 2_500 });
  let before = { n: -1, received: -1 };
  for (;;) {
    // Longer than the scoreboard waits between two looks.
    await pause(600);
    const now = { n, received: await figure(tab, 'prices-received') };
    if (now.n === before.n && now.received === before.received) break;
    before = now;
  }
  client.dispose();
  await until(async () => (await desk.state()).server === 'up');
  return before;
}

it('prints its URL within 15 s', () => {
  console.log(`npm start: URL after ${(desk.startedInMs / 1_000).toFixed(1)} s`);
  expect(desk.startedInMs).toBeLessThan(15_000);
});

it(`stays usable under ${PER_SECOND} events a second for ${FOR_MS / 1_000} s, and counts all of them`, async () => {
  const tab = await openPage();
  const before = await countsAtRest(tab);
  await tab.evaluate(`document.querySelector('#room-floor input').focus()`);
  await tab.evaluate(`inputProbe.start(${JSON.stringify(FED)})`);
  const shown = await counted(tab, ['renders', 'frames'], async () => {
    await desk.fault({ fault: 'flood', perSecond: PER_SECOND, forMs: FOR_MS });
    const typist = startTyping(tab);
    await pause(FOR_MS);
    typed = await typist.stop();
  });
  const sight = await tab.evaluate<InputSight>('inputProbe.end()');
  const after = await countsAtRest(tab);

  const sent = after.n - before.n;
  const received = after.received - before.received;
  const faults = await Promise.all(['lost', 'doubled', 'reordered', 'gaps'].map((name) => figure(tab, `prices-${name}`)));
  const at = (share: number): number => Math.round(sight.latencies[Math.ceil(sight.latencies.length * share) - 1] ?? Infinity);
  console.log(
    `desk-flood: ${sent} events sent, ${received} received, lost/doubled/reordered/gaps ${faults.join('/')}; ${typed} keys, to the next paint p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms; ` +
      `${sight.fedCommits} commits of what is fed in ${sight.frames} frames (the page counts ${shown.renders} in ${shown.frames}), ${sight.commits} with those for keys and clocks; main thread ${(shown.cpuMs / 1_000).toFixed(1)} s of ${FOR_MS / 1_000}`,
  );

  expect(sent).toBeGreaterThan(0.9 * PER_SECOND * (FOR_MS / 1_000));
  expect(received).toBe(sent);
  expect(faults).toEqual([0, 0, 0, 0]);
  expect(sight.latencies).toHaveLength(typed);
  expect(at(0.95)).toBeLessThanOrEqual(P95_MS);
  expect(sight.fedCommits).toBeGreaterThan(0);
  expect(sight.fedCommits).toBeLessThanOrEqual(sight.frames);
  expect(shown.renders).toBeLessThanOrEqual(shown.frames);
  expect(tab.thrown).toEqual([]);
});

/** By how much these figures of the page grow meanwhile, and what it costs its main thread. */
async function counted<Name extends string>(tab: Tab, names: readonly Name[], meanwhile: () => Promise<void>): Promise<Record<Name, number> & { cpuMs: number }> {
  const look = async () => [...(await Promise.all(names.map((name) => figure(tab, name)))), await tab.cpuMs()];
  const before = await look();
  await meanwhile();
  const grown = (await look()).map((value, i) => value - (before[i] ?? 0));
  return Object.fromEntries([...names, 'cpuMs'].map((name, i) => [name, grown[i]])) as Record<Name, number> & { cpuMs: number };
}
