/**
 * The soak: `npm run proof -- test/proof/soak.test.ts`. A real server process behind a fault proxy, 20 clients in four processes,
 * for `HOLDFAST_SOAK_MINUTES` (20). Every process writes its history, and a checker that knows nothing of the library reads them.
 */
import { expect, it } from 'vitest';
import type { Report } from './soak/checker/checker.js';
import { soak } from './soak/soak.js';

const minutes = Number(process.env['HOLDFAST_SOAK_MINUTES'] ?? 20);
const CLIENTS = 20;

it(`keeps every promise for ${minutes} minutes on real sockets`, async () => {
  const report = await soak({
    minutes,
    clients: CLIENTS,
    processes: 4,
    eventsPerSecond: 40,
    // A short one gets through the whole deck, too.
    faultEveryMs: Math.min(1_200, minutes * 800),
    isKept: process.env['HOLDFAST_SOAK_KEEP'] !== undefined,
    onProgress: (words) => console.log(words),
  });
  console.log(tableOf(report));
  for (const words of report.first) console.log(words);
  expect(report.violations).toEqual({});
  // What must have been reached, or the soak was too kind to prove anything.
  expect(report.clientsAtRest).toBe(CLIENTS);
  expect(report.delivered).toBeGreaterThan(minutes * 1_000);
  expect(report.links).toBeGreaterThan(1);
  expect(report.restarts).toBeGreaterThan(0);
  expect(report.reconnects).toBeGreaterThan(0);
  expect(report.gaps['epoch']).toBeGreaterThan(0);
  if (minutes >= 5) expect(report.gaps['trimmed']).toBeGreaterThan(0);
  for (const outcome of ['done', 'rejected']) expect(report.outcomes[outcome], outcome).toBeGreaterThan(0);
  for (const where of ['anywhere', 'away', 'callback']) expect(report.mounts[where], where).toBeGreaterThan(0);
  for (const kind of ['reset', 'end', 'silence up', 'silence down', 'silence both', 'stall', 'slow', 'refuse', 'freeze', 'kill', 'kick', 'ban', 'close user', 'reconnect button', 'disconnect button']) {
    expect(report.faults[kind], kind).toBeGreaterThan(0);
  }
});

/** One line a figure. */
function tableOf(report: Report): string {
  const words = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(' · ') || 'none';
  const rows: readonly (readonly [string, string | number])[] = [
    ['events published', report.published],
    ['events delivered to listeners', report.delivered],
    ['listeners mounted', words(report.mounts)],
    ['gaps told', words(report.gaps)],
    ['views looked at', report.views],
    ['followed queries looked at', report.queries],
    ['commands', `${report.commands}: ${words(report.outcomes)}`],
    ['questions', `${words(report.answers)}, ${Math.round(report.answeredBytes / 1_000)} kB`],
    ['faults', words(report.faults)],
    ['server restarts', report.restarts],
    ['reconnects', report.reconnects],
    ['most links of a client', report.links],
    ['violations', words(report.violations)],
  ];
  return rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
}
