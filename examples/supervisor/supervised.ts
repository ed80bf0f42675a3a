// The server's end of the supervisor: listens where only it finds the way, floods when told to, and goes when it goes.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server tells its supervisor, once. */
export interface Listening {
  readonly listening: number;
}
/** What the supervisor tells its server. */
export interface Flood {
  readonly flood: { readonly perSecond: number; readonly forMs: number };
}

interface SupervisedOptions {
  readonly onFlood: (perSecond: number, forMs: number) => void;
  /** Its promise is waited for before the process ends. */
  readonly onStop: () => Promise<void>;
}

export function serveUnderSupervisor(http: Server, { onFlood, onStop }: SupervisedOptions): void {
  http.listen(0, '127.0.0.1', () => process.send?.({ listening: (http.address() as AddressInfo).port } satisfies Listening));
  process.on('message', ({ flood }: Flood) => onFlood(flood.perSecond, flood.forMs));

  const stop = (): void => {
    http.close();
    http.closeIdleConnections();
    void onStop().finally(() => process.exit());
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  // A supervisor that crashed leaves nobody behind.
  process.once('disconnect', stop);
}
