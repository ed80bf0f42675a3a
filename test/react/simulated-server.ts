// The real server core as a host of the simulated world, which can be killed and started again. Not a test; stories use it too.
import type { AnyContract } from '../../src/core/contract.js';
import { memoryBroker, type MemoryBrokerOptions } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../../src/server/core/server.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';

export interface SimulatedServer {
  readonly core: () => ServerCore;
  /** Every frame that clients sent, in the order of arrival. */
  readonly heard: readonly { readonly t: string; readonly [field: string]: unknown }[];
  /** The process is gone at once, with everything in its memory. */
  kill(): void;
  /** Says goodbye to everybody with this code, as a server or a proxy of other people's would. */
  close(code: number, reason?: string): void;
  /** A new process, which remembers nothing. */
  start(): void;
  /** From now on frames of this type leave so much later than the others, as over another link. */
  delay(type: string, ms: number): void;
}

export function createSimulatedServer<C extends AnyContract>(
  world: SimulatedWorld,
  host: string,
  options: Omit<ServerCoreOptions<C>, 'broker'> & {
    readonly limits?: MemoryBrokerOptions['limits'];
    /** Sees every frame that leaves, and may deliver it again. */
    readonly onFrame?: (frame: { readonly t: string; readonly [field: string]: unknown }, deliver: () => void) => void;
  },
): SimulatedServer {
  const heard: { t: string }[] = [];
  const ends = new Set<ServerEnd>();
  let core: ServerCore | null = null;
  const late = new Map<string, number>();
  let lives = 0;
  const send = (end: ServerEnd, text: string): void => {
    const deliver = (): void => void end.send(text);
    const frame = late.size === 0 && options.onFrame === undefined ? null : (JSON.parse(text) as { t: string });
    const ms = late.get(frame?.t ?? '');
    if (ms === undefined) deliver();
    else world.clock.after(ms, deliver);
    if (frame !== null) options.onFrame?.(frame, deliver);
  };

  const start = (): void => {
    const dice = world.dice.stream(`server ${++lives}`);
    const options_ = { ...options, broker: memoryBroker(options.limits && { limits: options.limits }) } as unknown as ServerCoreOptions<C>;
    const born = createServerCore(options_, { clock: world.clock, dice, digest: (text) => `tag-${hash(text)}` });
    core = born;
    world.network.listen(host, (end, request) => {
      let receivedBytes = 0;
      ends.add(end);
      const handler = born.accept(
        { send: (text) => send(end, text), close: (code, reason) => end.close(code, reason), bufferedBytes: () => end.bufferedBytes(), receivedBytes: () => receivedBytes },
        { url: request.url, headers: {}, remoteAddress: undefined },
      );
      return {
        onMessage(text) {
          receivedBytes += text.length;
          heard.push(JSON.parse(text) as { t: string });
          handler.onMessage(text);
        },
        onClosed() {
          ends.delete(end);
          handler.onClosed();
        },
      };
    });
  };
  start();

  return {
    core: () => core as ServerCore,
    heard,
    kill() {
      ends.clear();
      world.network.crash(host);
    },
    close(code, reason = '') {
      for (const end of [...ends]) end.close(code, reason);
    },
    start,
    delay: (type, ms) => void late.set(type, ms),
  };
}

function hash(text: string): string {
  let sum = 0;
  for (const sign of text) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(36);
}
