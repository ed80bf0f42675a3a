/** One direction of a proxied TCP connection: passes bytes on, and can be stalled, slowed down or made silent. Not a test. */
import type { Socket } from 'node:net';

/** A slow pipe writes this often. */
const SLICE_MS = 50;
/** Past this many waiting bytes the sender is not read any more, as a full TCP window does it. */
const FULL_BYTES = 256 * 1024;

export interface FaultyPipe {
  /** Drops everything from now on, the end of the connection included: half-open. */
  silence(): void;
  /** Holds everything back until `flow` is called. */
  stall(): void;
  slow(bytesPerSecond: number): void;
  /** Ends `stall` and `slow`; what waits is written at once. A silent pipe stays silent. */
  flow(): void;
}

export function createFaultyPipe(from: Socket, to: Socket): FaultyPipe {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isSilent = false;
  let isStalled = false;
  /** Null: as fast as it can be. */
  let bytesPerSecond: number | null = null;
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;

  function take(): Buffer {
    const all = Buffer.concat(waiting);
    const slice = bytesPerSecond === null ? all : all.subarray(0, Math.max(1, (bytesPerSecond * SLICE_MS) / 1_000));
    const rest = all.subarray(slice.length);
    waiting = rest.length > 0 ? [rest] : [];
    waitingBytes = rest.length;
    return slice;
  }

  function pump(): void {
    clearTimeout(timer);
    if (isStalled || isSilent || to.destroyed) return;
    const hasRoom = waitingBytes === 0 || to.write(take());
    if (waitingBytes > 0) timer = setTimeout(pump, SLICE_MS);
    else if (isEnded) to.end();
    if (hasRoom && waitingBytes < FULL_BYTES) from.resume();
    else from.pause();
  }

  from.on('data', (bytes: Buffer) => {
    if (isSilent || to.destroyed) return;
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes > FULL_BYTES) from.pause();
    // A slow pipe has its own pace.
    if (bytesPerSecond === null || waiting.length === 1) pump();
  });
  to.on('drain', pump);
  from.on('end', () => {
    isEnded = true;
    pump();
  });
  from.on('close', () => {
    isEnded = true;
    if (!isSilent && waitingBytes === 0) to.destroySoon();
    else pump();
  });
  to.on('close', () => clearTimeout(timer));

  return {
    silence() {
      isSilent = true;
      waiting = [];
      waitingBytes = 0;
      from.resume();
    },
    stall() {
      isStalled = true;
    },
    slow(rate) {
      bytesPerSecond = rate;
    },
    flow() {
      isStalled = false;
      bytesPerSecond = null;
      pump();
    },
  };
}
