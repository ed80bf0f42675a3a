// What can be done to the real server from here: the words for it, and the small store that does it.
import type { Fault, ServerState } from '../../supervisor/fault.js';
import { me } from './me.js';
import { timeline } from './timeline.js';

export interface FaultButton {
  readonly key: string;
  readonly title: string;
  /** What to watch for. */
  readonly watch: string;
  /** How long there is something to see; 0: it is over at once. */
  readonly lastsMs: number;
  readonly body: Fault;
}

const FLOOD_MS = 30_000;
const flood = (perSecond: number): Fault => ({ fault: 'flood', perSecond, forMs: FLOOD_MS });

export const FAULTS: readonly FaultButton[] = [
  {
    key: 'cut',
    title: 'Cut my sockets',
    watch: 'Reconnecting, and back within a second or two. What was missed is caught up.',
    lastsMs: 0,
    body: { fault: 'cut', page: me.page },
  },
  {
    key: 'silence',
    title: 'Silence my sockets',
    watch: 'Open, but dead. The badge says Overdue, and within 10 s the page opens new ones.',
    lastsMs: 10_000,
    body: { fault: 'silence', page: me.page },
  },
  {
    key: 'freeze',
    title: 'Freeze for 15 s',
    watch: 'Place orders meanwhile: they wait in the outbox, and each takes effect once.',
    lastsMs: 15_000,
    body: { fault: 'freeze', forMs: 15_000 },
  },
  {
    key: 'kill',
    title: 'Kill and restart',
    watch: 'Back after 3 s. Orders are on file; prices and chat were in memory: gaps, and told.',
    lastsMs: 3_000,
    body: { fault: 'kill', downMs: 3_000 },
  },
  {
    key: 'flood-1000',
    title: 'Flood 1,000/s',
    watch: 'For 30 s. Every event is counted; renders never exceed frames.',
    lastsMs: FLOOD_MS,
    body: flood(1_000),
  },
  {
    key: 'flood-5000',
    title: 'Flood 5,000/s',
    watch: 'Five times as many. Type in the chat: it stays smooth.',
    lastsMs: FLOOD_MS,
    body: flood(5_000),
  },
  { key: 'calm', title: 'Stop the flood', watch: 'Back to about 40 events a second.', lastsMs: 0, body: { fault: 'flood', perSecond: 0, forMs: 0 } },
];

export interface Bench {
  /** Why faults cannot be done here; null: they can, or nobody knows yet. */
  readonly refused: string | null;
  readonly server: ServerState | null;
  /** Until when each fault shows, by its key. */
  readonly running: Readonly<Record<string, number>>;
  /** Why the last one was not done. */
  readonly problem: string;
}

const LOOK_EVERY_MS = 1_000;
let bench: Bench = { refused: null, server: null, running: {}, problem: '' };
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function change(part: Partial<Bench>): void {
  bench = { ...bench, ...part };
  listeners.forEach((tell) => tell());
}

async function look(): Promise<void> {
  const answer = await ask();
  if (answer.server !== undefined) return change({ server: answer.server, refused: null });
  // Who may not look may not press either, and need not ask again.
  if (answer.status === 403 || answer.status === 404) {
    clearInterval(timer);
    change({ refused: 'This server does not offer faults to this page. Run the desk on your own machine with npm start.' });
  }
}

async function ask(init?: RequestInit): Promise<{ readonly status: number; readonly server?: ServerState; readonly error?: string }> {
  try {
    const response = await fetch('/faults', init);
    if (!response.ok) return { status: response.status, error: (await response.json().catch(() => ({})) as { error?: string }).error ?? 'The server refused.' };
    return { status: response.status, server: (await response.json()) as ServerState };
  } catch {
    return { status: 0, error: 'Nobody answers at this address.' };
  }
}

export const faults = {
  get: (): Bench => bench,
  subscribe(listener: () => void): () => void {
    if (listeners.size === 0) {
      void look();
      timer = setInterval(() => void look(), LOOK_EVERY_MS);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearInterval(timer);
    };
  },
  async press({ key, title, body, lastsMs }: FaultButton): Promise<void> {
    timeline.mark('fault', `Pressed: ${title}.`);
    const { server, error = '' } = await ask({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (server === undefined) return change({ problem: `${title}: ${error}` });
    // One flood takes the place of the other, and calm of both.
    const others = Object.entries(bench.running).filter(([other]) => body.fault !== 'flood' || !other.startsWith('flood'));
    change({ server, problem: '', running: { ...Object.fromEntries(others), [key]: Date.now() + lastsMs } });
  },
};
