// Holds what pages show against the order file and what the server answers. Not a test.
import { expect } from 'vitest';
import { api, MAX_HISTORY, passes, type Order, type OrderFilter } from '../../../examples/desk/contract.js';
import type { RealtimeClient } from '../../../src/browser/index.js';
import { latest, type Desk } from './desk-program.js';
import type { OrderRow, Trader } from './trader.js';


const lineOf = ({ id, seq, status }: OrderRow): string => `${id} ${status}, line ${seq}`;

/** What differs, in the words of both. */
function differences(expected: readonly OrderRow[], found: readonly OrderRow[], where: string): string[] {
  const [should, is] = [expected.map(lineOf), found.map(lineOf)];
  return [
    ...should.filter((line) => !is.includes(line)).map((line) => `${where} lacks ${line}`),
    ...is.filter((line) => !should.includes(line)).map((line) => `${where} has ${line}`),
    ...(should.length === is.length && should.join() !== is.join() && should.toSorted().join() === is.toSorted().join() ? [`${where} has another order`] : []),
  ];
}

const inFile = (lines: readonly Order[], filter: OrderFilter): Order[] =>
  latest(lines)
    .toReversed()
    .filter((order) => passes(order, filter))
    .slice(0, MAX_HISTORY);

/** Waits until the pages' histories, the server's answer and the file are the same. */
export async function historiesAgree(desk: Desk, auditor: RealtimeClient, filter: OrderFilter, traders: readonly Trader[]): Promise<void> {
  await expect
    .poll(
      async () => {
        const file = inFile(await desk.orderLines(), filter);
        const shown = await Promise.all(traders.map(async (trader) => differences(file, await trader.history(), `${trader.name}'s page`)));
        return [...shown.flat(), ...differences(file, await auditor.query(api.queries.history, filter), 'the answer')];
      },
      { timeout: 15_000, message: `orders under ${JSON.stringify(filter)}` },
    )
    .toEqual([]);
}

/** Waits until nothing of a page is under way any more, and its scoreboard knows. */
export async function settles(...traders: readonly Trader[]): Promise<void> {
  for (const trader of traders) {
    await trader.isConnected();
    await expect.poll(() => trader.at('outbox-status').textContent(), { timeout: 45_000, message: `outbox of ${trader.name}` }).toContain('Empty');
    // The scoreboard looks four times a second: its next look is of after that.
    const { frames } = await trader.score();
    await expect.poll(async () => (await trader.score()).frames, { timeout: 15_000 }).toBeGreaterThan(frames);
    expect((await trader.score()).commands.pending, `commands of ${trader.name}`).toBe(0);
  }
}

/** Nothing lost, doubled or out of order, every command accounted for, and each gap told in words. */
export async function scoreIsClean(trader: Trader, gaps: { readonly prices: number; readonly orders: number }): Promise<void> {
  const { prices, orders, commands } = await trader.score();
  const told = await trader.told();
  const clean = { lost: 0, doubled: 0, reordered: 0 };
  expect({ prices, orders }, `${trader.name}'s scoreboard`).toMatchObject({ prices: { ...clean, gaps: gaps.prices }, orders: { ...clean, gaps: gaps.orders } });
  expect(prices.received, `${trader.name}'s prices`).toBe(prices.sent);
  expect(orders.received, `${trader.name}'s orders`).toBe(orders.sent);
  const { sent, done, refused, withdrawn, unknown, pending } = commands;
  expect(done + refused + withdrawn + unknown + pending, `${trader.name}'s commands`).toBe(sent);
  for (const channel of ['prices', 'orders'] as const) {
    expect(told.filter((line) => /^Gap in (\w+): .{20,}/.exec(line)?.[1] === channel), `gaps of ${channel} in ${trader.name}'s words`).toHaveLength(gaps[channel]);
  }
}
