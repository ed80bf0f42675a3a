import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOrderFile } from '../../examples/desk/server/order-file.js';
import { createOrders } from '../../examples/desk/server/orders.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'holdfast-orders-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const order = { symbol: 'ALDR', side: 'buy', cents: 4_000, quantity: 10 } as const;
const path = (): string => join(folder, 'deep', 'orders.jsonl');

/** What a process does with the file before it dies, and then the next one that opens it. */
async function live(act: (orders: ReturnType<typeof createOrders>) => Promise<unknown>) {
  const file = openOrderFile(path());
  await act(createOrders(file));
  file.close();
}

describe('the order file', () => {
  it('has an order when its promise has resolved, and gives it to the next process', async () => {
    await live((orders) => orders.place('1', 'Ada', order));
    const file = openOrderFile(path());
    expect(createOrders(file).find('1')).toMatchObject({ ...order, trader: 'Ada', status: 'open', seq: 1 });
    file.close();
  });

  it('goes on counting where the process before has stopped', async () => {
    await live((orders) => orders.place('1', 'Ada', order));
    await live((orders) => Promise.all([orders.end('1', 'filled'), orders.place('2', 'Ben', order)]));
    expect(readFileSync(path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3]);
  });

  it('drops the half line of a process that was killed while it wrote, and no whole one', async () => {
    await live((orders) => orders.place('1', 'Äda', order));
    appendFileSync(path(), '{"id":"2","trader":"B');
    await live((orders) => orders.place('3', 'Ben', order));
    expect(readFileSync(path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line).id)).toEqual(['1', '3']);
  });

  it('names the line that an earlier version wrote and this one cannot read', async () => {
    await live((orders) => orders.place('1', 'Ada', order));
    appendFileSync(path(), '{"id":"2"}\n');
    expect(() => openOrderFile(path())).toThrow(`${path()}:2 is no order`);
  });
});

describe('an order file that cannot be used', () => {
  it('is named with the line that is no order', async () => {
    await live((orders) => orders.place('1', 'Ada', order));
    appendFileSync(path(), '{"id":"2"}\n');
    expect(() => openOrderFile(path())).toThrow(/orders\.jsonl:2 is no order/);
  });

  it('belongs to one living process; that of a dead one is free', async () => {
    await live((orders) => orders.place('1', 'Ada', order));
    writeFileSync(`${path()}.lock`, String(process.ppid));
    expect(() => openOrderFile(path())).toThrow(`Process ${process.ppid} writes to`);
    const dead = spawnSync(process.execPath, ['--version']).pid;
    writeFileSync(`${path()}.lock`, String(dead));
    const file = openOrderFile(path());
    expect(file.changes).toHaveLength(1);
    file.close();
  });
});

describe('orders', () => {
  it('places one for a command that is offered twice, also at the same time', async () => {
    await live(async (orders) => {
      const [first, again] = await Promise.all([orders.place('1', 'Ada', order), orders.place('1', 'Ada', order)]);
      expect(again).toEqual(first);
      expect(orders.history({})).toHaveLength(1);
    });
    expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('ends an order once: of a fill and a cancel at the same time, one is late', async () => {
    await live(async (orders) => {
      await orders.place('1', 'Ada', order);
      const ends = await Promise.all([orders.end('1', 'filled'), orders.end('1', 'cancelled')]);
      expect(ends.map((end) => end?.status ?? null)).toEqual(['filled', null]);
      expect(orders.countOpen('Ada')).toBe(0);
    });
  });

  it('knows which orders a price reaches, and answers the history newest first', async () => {
    await live(async (orders) => {
      await orders.place('bid', 'Ada', { ...order, cents: 4_000 });
      await orders.place('ask', 'Ada', { ...order, side: 'sell', cents: 4_400 });
      const reached = (cents: number) => orders.reachedBy('ALDR', cents).map(({ id }) => id);
      expect([reached(4_001), reached(4_000), reached(4_399), reached(4_400)]).toEqual([[], ['bid'], [], ['ask']]);
      expect(orders.history({ side: 'buy' }).map(({ id }) => id)).toEqual(['bid']);
      expect(orders.history({}).map(({ id }) => id)).toEqual(['ask', 'bid']);
    });
  });
});
