// The page: a client with two links and a few channels, which writes down what it sees and when. The test asks it through `globalThis.page`.
import { createClient, type ConnectionStatus, type Tap } from 'holdfast/client';
import { api } from './contract.js';

export interface Sight {
  readonly ticks: number[];
  readonly gaps: string[];
  /** Each live status with its time. */
  readonly statuses: [word: string, atMs: number][];
}

export interface PoolPage {
  join(id: string): void;
  leave(id: string): void;
  sight(id: string): Sight;
  connection(): ConnectionStatus;
  /** When each link was first seen in a state, in order: link, state, whether overdue, time. */
  readonly links: [link: number, state: string, isSuspect: boolean, atMs: number][];
  send(n: number): void;
  readonly outcomes: Record<number, string>;
  readonly errors: string[];
}

const errors: string[] = [];
const client = createClient({
  url: '/realtime',
  contract: api,
  pool: { size: 2, channelsPerLink: 3 },
  timings: { channelLeaseMs: 0 },
  onError: (error) => errors.push(`${error.code}: ${error.message}`),
});
client.hold();

const links: PoolPage['links'] = [];
client.connection.subscribe(() => {
  client.connection.get().links.forEach(({ state, isSuspect }, link) => {
    const last = links.findLast(([id]) => id === link);
    if (last?.[1] !== state || last[2] !== isSuspect) links.push([link, state, isSuspect, performance.now()]);
  });
});

const sights = new Map<string, Sight>();
const leaves = new Map<string, () => void>();
const outcomes: Record<number, string> = {};

const page: PoolPage = {
  join(id) {
    const sight: Sight = { ticks: [], gaps: [], statuses: [] };
    sights.set(id, sight);
    const tap: Tap = client.channel(api.channels.feed, { id }).tap({ onEvent: ({ data }) => sight.ticks.push(data), onGap: ({ reason }) => sight.gaps.push(reason) });
    const note = (): void => {
      const word = tap.get().liveStatus;
      if (sight.statuses.at(-1)?.[0] !== word) sight.statuses.push([word, performance.now()]);
    };
    leaves.set(id, tap.subscribe(note));
    note();
  },
  leave: (id) => leaves.get(id)?.(),
  sight: (id) => sights.get(id) as Sight,
  connection: () => client.connection.get(),
  links,
  send(n) {
    const { result } = client.send(api.commands.count, n);
    result.then(
      (answer) => (outcomes[n] = `done ${answer}`),
      (error: unknown) => (outcomes[n] = String(error)),
    );
  },
  outcomes,
  errors,
};
Object.assign(globalThis, { page });
