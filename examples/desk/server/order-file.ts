// The orders on disk: one JSON line for each change, only ever appended, so that a process that dies at any moment has lost nothing that it answered for.
import { closeSync, existsSync, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, write, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Order } from '../contract.js';

const writeTo = promisify(write);
const syncTo = promisify(fdatasync);

export interface OrderFile {
  /** What the file held when it was opened, a line each, in order. */
  readonly changes: readonly Order[];
  /** Resolves when the line is on the disk; when it rejects, nothing of it is. One at a time: the next is written after the one before. */
  append(order: Order): Promise<void>;
  close(): void;
}

export function openOrderFile(path: string): OrderFile {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = lock(path);
  const file = openSync(path, 'a+');
  const text = readFileSync(file, 'utf8');
  // A process that was killed while it wrote leaves half a line. It answered nobody for it, so it goes.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));

  return {
    changes: whole.split('\n').slice(0, -1).map((line, index) => read(line, `${path}:${index + 1}`)),
    async append(order) {
      const line = Buffer.from(`${JSON.stringify(order)}\n`);
      const before = fstatSync(file).size;
      try {
        for (let written = 0; written < line.length; ) written += (await writeTo(file, line, written)).bytesWritten;
        await syncTo(file);
      } catch (error) {
        // Half a line, as a full disk leaves it, would spoil the next one too.
        ftruncateSync(file, before);
        throw error;
      }
    },
    close() {
      closeSync(file);
      unlock();
    },
  };
}

/** Lines that an earlier version wrote stay as they are: a field that is added to `Order` needs a default. */
function read(line: string, place: string): Order {
  try {
    return Order.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${place} is no order of this version. Mend that line (a field that is new needs a default), or move the file away to begin with an empty one.`, { cause });
  }
}

/** Two desks that write one file would each know half of it. A lock whose process was killed is nobody's. */
function lock(path: string): () => void {
  const name = `${path}.lock`;
  const owner = existsSync(name) ? Number(readFileSync(name, 'utf8')) : 0;
  if (owner !== process.pid && isAlive(owner)) throw new Error(`Process ${owner} writes to ${path} already. Stop it, or give this desk another DATA_DIR.`);
  writeFileSync(name, String(process.pid));
  return () => rmSync(name, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
