// A page that uses every kind of hook that keeps something, what it costs on the wire, and what is left of it. Not a test.
import { expect } from 'vitest';
import { upsert, useChannel, useCommand, useConnectionStatus, useQuery } from '../../src/index.js';
import { api, messages, type Harness } from './harness.js';

/** A view and a followed query on room 1, a tap on room 2, the connection and a command: two channels and one question. */
export function useWhole(onEvent: (text: string) => void = () => {}): string {
  const { status } = useConnectionStatus();
  const { data } = useChannel(messages, { params: { id: '1' } });
  useChannel(api.channels.room, { params: { id: '2' }, onEvent: (event) => onEvent(event.data.text) });
  const history = useQuery(api.queries.history, {
    input: { room: '1' },
    follow: { channel: api.channels.room, params: { id: '1' }, apply: upsert('id') },
  });
  useCommand(api.commands.post);
  return `${status}: ${data.map(({ text }) => text).join(' ')} | ${history.data?.map(({ text }) => text).join(' ') ?? '…'}`;
}

export function Whole() {
  return <p data-testid="whole">{useWhole()}</p>;
}

/** What a page has cost so far: sockets, and how often each channel was subscribed, left and each query asked. */
export interface Cost {
  readonly sockets: number;
  readonly subscribed: Readonly<Record<string, number>>;
  readonly left: readonly string[];
  readonly asked: number;
}

export function costOf({ world, heard }: Pick<Harness, 'world' | 'heard'>): Cost {
  const names = (type: string): string[] => heard(type).flatMap((frame) => (frame['channels'] as { name: string }[]).map(({ name }) => name));
  const subscribed: Record<string, number> = {};
  for (const name of names('subscribe')) subscribed[name] = (subscribed[name] ?? 0) + 1;
  return { sockets: world.network.counts('page').opened, subscribed, left: names('unsubscribe').sort(), asked: heard('query').length };
}

/** What one {@link useWhole} costs, however often React mounts it. */
export const ONE_PAGE: Cost = { sockets: 1, subscribed: { 'room:1': 1, 'room:2': 1 }, left: [], asked: 1 };

/** The leases: a channel is left 30 s after its last user, the last link closed 30 s after. */
export const CHANNEL_LEASE_MS = 30_000;
export const LINK_LEASE_MS = 30_000;

/** Lets the leases run out, and finds neither a socket, nor a timer, nor anybody who listens to the page. */
export async function expectNothingLeft({ pass, world, page }: Harness): Promise<void> {
  await pass(CHANNEL_LEASE_MS + LINK_LEASE_MS + 5_000);
  expect({ open: world.network.counts('page').open, timers: page.pending, watchers: page.watchers }).toEqual({ open: 0, timers: 0, watchers: 0 });
}
