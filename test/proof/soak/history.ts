/** Writes an actor's history as JSON lines. Not a test. */
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import type { SoakRecord } from './record.js';

type Untimed<Record> = Record extends SoakRecord ? Omit<Record, 't'> : never;

export interface History<Record extends SoakRecord> {
  write(record: Untimed<Record>): void;
  close(): void;
}

const FLUSH_BYTES = 64 * 1024;

/** Milliseconds of the machine's monotonic clock, the same in all processes. */
const now = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** Each line is with the kernel when `write` returns: a SIGKILL loses none. */
export function openDurableHistory<Record extends SoakRecord>(file: string): History<Record> {
  const handle = openSync(file, 'a');
  return {
    write: (record) => void writeSync(handle, `${JSON.stringify({ t: now(), ...record })}\n`),
    close: () => closeSync(handle),
  };
}

/** Lines are gathered before they are written: for a process that ends by itself. */
export function openHistory<Record extends SoakRecord>(file: string): History<Record> {
  let lines: string[] = [];
  let bytes = 0;
  const flush = (): void => {
    appendFileSync(file, lines.join(''));
    lines = [];
    bytes = 0;
  };
  process.on('exit', flush);
  return {
    write(record) {
      const line = `${JSON.stringify({ t: now(), ...record })}\n`;
      lines.push(line);
      bytes += line.length;
      if (bytes > FLUSH_BYTES) flush();
    },
    close: flush,
  };
}
