// The order file on a disk that is full for a moment: what was refused is not in it, and what comes after it is whole.
import type * as NodeFs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openOrderFile } from '../../examples/desk/server/order-file.js';
import { createOrders } from '../../examples/desk/server/orders.js';

let isFull = false;
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof NodeFs>();
  const { promisify } = await import('node:util');
  const write = promisify(fs.write);
  // Half of it finds room.
  const half = async (file: number, line: Buffer, from: number) => {
    if (!isFull) return write(file, line, from);
    await write(file, line, from, 20);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  return { ...fs, write: Object.assign(() => {}, { [promisify.custom]: half }) };
});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'holdfast-full-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const order = { symbol: 'ALDR', side: 'buy', cents: 4_000, quantity: 10 } as const;

it('refuses an order that does not fit, and keeps nothing of it', async () => {
  const path = join(folder, 'orders.jsonl');
  const file = openOrderFile(path);
  const orders = createOrders(file);
  await orders.place('1', 'Ada', order);
  isFull = true;
  await expect(orders.place('2', 'Ada', order)).rejects.toThrow('no space');
  isFull = false;
  await orders.place('3', 'Ada', order);
  file.close();
  const again = openOrderFile(path);
  expect(again.changes.map(({ id, seq }) => [id, seq])).toEqual([['1', 1], ['3', 2]]);
  again.close();
});
