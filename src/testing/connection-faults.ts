/**
 * What can go wrong with one simulated connection, as values: they can be drawn by dice, printed and left out again.
 * Not here: partitions and refusing hosts (`simulated-network.ts`).
 */
import type { Pipe } from './simulated-pipe.js';

/** `up` is towards the server. */
export type Direction = 'up' | 'down';

/** What can happen to one connection. Without a `direction`, both. */
export type ConnectionFault =
  /** Both ends see 1006 at once; what was under way is lost. */
  | { readonly type: 'reset' }
  /** Both ends see 1006 after what was under way: somebody between them closed. */
  | { readonly type: 'finish' }
  /** Half-open: nothing arrives and nobody is told. */
  | { readonly type: 'blackhole'; readonly direction?: Direction }
  /** Nothing arrives for a while, then everything. */
  | { readonly type: 'stall'; readonly ms: number; readonly direction?: Direction }
  | { readonly type: 'slow'; readonly bytesPerSecond: number; readonly direction?: Direction }
  /** The next close frame of either end does not arrive: the other end sees 1006. */
  | { readonly type: 'lose-close' }
  /** How much the sender's system takes before it counts as buffered. */
  | { readonly type: 'window'; readonly bytes: number; readonly direction?: Direction };

/** Does to the pipes what the fault means there. */
export function inflictOn(pipes: Readonly<Record<Direction, Pipe>>, fault: ConnectionFault): void {
  const only = 'direction' in fault ? fault.direction : undefined;
  for (const pipe of only === undefined ? [pipes.up, pipes.down] : [pipes[only]]) {
    switch (fault.type) {
      case 'reset':
        pipe.reset();
        break;
      case 'finish':
        pipe.push({ type: 'lost' });
        break;
      case 'blackhole':
        pipe.blackhole();
        break;
      case 'stall':
        pipe.stall(fault.ms);
        break;
      case 'slow':
        pipe.slow(fault.bytesPerSecond);
        break;
      case 'window':
        pipe.window(fault.bytes);
        break;
      case 'lose-close':
        // The connection's own: it swaps the frame when one is sent.
        break;
      default:
        fault satisfies never;
    }
  }
}
