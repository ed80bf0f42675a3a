// What can be done to a server that runs under the supervisor: the words that a page posts to `/faults`, and what it is told back.
import { z } from 'zod';

/** The name that a page gives its sockets: `url="/realtime?page=NAME"`. */
const PageName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

export const Fault = z.discriminatedUnion('fault', [
  /** Ends every socket of the page at once, as a router that was switched off and on. */
  z.object({ fault: z.literal('cut'), page: PageName }),
  /** Every socket that the page has now stays open and carries nothing any more, in neither direction. New ones work. */
  z.object({ fault: z.literal('silence'), page: PageName }),
  /** Stops the server's process where it stands (SIGSTOP), for everybody, and lets it go on later. */
  z.object({ fault: z.literal('freeze'), forMs: z.number().int().min(1).max(60_000) }),
  /** SIGKILL, and a new process after a while. */
  z.object({ fault: z.literal('kill'), downMs: z.number().int().min(0).max(60_000) }),
  /** So many events a second, of the server's own choice. 0 ends it. */
  z.object({ fault: z.literal('flood'), perSecond: z.number().int().min(0).max(20_000), forMs: z.number().int().min(0).max(120_000) }),
]);
export type Fault = z.infer<typeof Fault>;

/** What `GET /faults` and a successful `POST /faults` answer. */
export interface ServerState {
  readonly server: 'up' | 'frozen' | 'down';
  /** The process that is the server now; null while it is down. */
  readonly pid: number | null;
  /** How many processes there have been, this one included. */
  readonly run: number;
  /** Wall clock of when it will be up again by itself; null while it is up. */
  readonly upAt: number | null;
  /** Sockets that are open now, of all pages. */
  readonly sockets: number;
}
