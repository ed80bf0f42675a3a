// The orders on disk: one JSON line for each change, only ever appended, so that a process that dies at any moment has lost nothing that it answered for.
import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Order } from '../contract.js';

const writeTo = promisify(write);
const syncTo = promisify(fdatasync);

export interface OrderFile {
  /** What the file held when it was opened, a line each, in order. */
  readonly changes: readonly Order[];
  /** Resolves when the line is on the disk. One at a time: the next is written after the one before. */
  append(order: Order): Promise<void>;
  close(): void;
}

export function openOrderFile(path: string): OrderFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  const text = readFileSync(file, 'utf8');
  // A process that was killed while it wrote leaves half a line. It answered nobody for it, so it goes.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));

  const changes = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => read(line, `${path}:${i + 1}`));
  return {
    changes,
    async append(order) {
      const line = Buffer.from(`${JSON.stringify(order)}\n`);
      for (let written = 0; written < line.length; ) written += (await writeTo(file, line, written)).bytesWritten;
      await syncTo(file);
    },
    close: () => closeSync(file),
  };
}

/** Lines that an earlier version wrote stay as they are: a field that is added to `Order` needs a default. */
function read(line: string, where: string): Order {
  try {
    return Order.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${where} is no order of this version. Give a field that is new a default, or move the file away.`, { cause });
  }
}
