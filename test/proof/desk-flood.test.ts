/** Acceptance of the desk: it starts within 15 s, and under 5,000 events a second for 30 s it counts every one of them while somebody types. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium, type BareChromium, type Tab } from '../../bench/flood/bare-chromium.js';
import { api } from '../../examples/desk/contract.js';
import { latest, startDesk, type Desk } from '../e2e/desk/desk-program.js';
import { installInputProbe, type InputSight } from './desk/input-probe.js';
import { startTyping } from './desk/typist.js';

const PER_SECOND = 5_000;
const FOR_MS = 30_000;
const P95_MS = 100;

let desk: Desk;
let browser: BareChromium;
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
  const shownBefore = { renders: await figure(tab, 'renders'), frames: await figure(tab, 'frames') };
  const cpuBefore = await tab.cpuMs();

  await tab.evaluate(`document.querySelector('input[name=message], [data-testid=chat-input]').focus()`);
  await tab.evaluate('inputProbe.start()');
  await desk.fault({ fault: 'flood', perSecond: PER_SECOND, forMs: FOR_MS });
  const typist = startTyping(tab);
  await pause(FOR_MS);
  const pressed = await typist.stop();
  const sight = await tab.evaluate<InputSight>('inputProbe.end()');
  const cpuMs = (await tab.cpuMs()) - cpuBefore;
  const shown = { renders: (await figure(tab, 'renders')) - shownBefore.renders, frames: (await figure(tab, 'frames')) - shownBefore.frames };

  const after = await countsAtRest(tab);
  const sent = after.n - before.n;
  const received = after.received - before.received;
  const p95 = sight.latencies[Math.ceil(sight.latencies.length * 0.95) - 1] ?? Infinity;
  const bad = await Promise.all(['lost', 'doubled', 'reordered', 'gaps'].map((name) => figure(tab, `prices-${name}`)));
  console.log(
    `flood: ${sent} events, ${received} received, lost/doubled/reordered/gaps ${bad.join('/')}; ${sight.keys} of ${pressed} keys, latency p50 ${sight.latencies[sight.latencies.length >> 1]?.toFixed(0)} ms, ` +
      `p95 ${p95.toFixed(0)} ms, longest ${sight.latencies.at(-1)?.toFixed(0)} ms; ${sight.commits} commits in ${sight.frames} frames (the page's own count: ${shown.renders} renders, ${shown.frames} frames); CPU ${(cpuMs / 1_000).toFixed(1)} s of ${FOR_MS / 1_000}`,
  );

  expect(sent).toBeGreaterThan(0.9 * PER_SECOND * (FOR_MS / 1_000));
  expect(received).toBe(sent);
  expect(bad).toEqual([0, 0, 0, 0]);
  expect(sight.keys).toBe(pressed);
  expect(p95).toBeLessThanOrEqual(P95_MS);
  expect(shown.renders).toBeLessThanOrEqual(shown.frames);
  expect(sight.commits).toBeLessThanOrEqual(sight.frames);
  expect(tab.thrown).toEqual([]);
  expect(latest(await desk.orderLines()).length).toBeGreaterThan(0);
});
