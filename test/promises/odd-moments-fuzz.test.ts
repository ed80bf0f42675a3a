/**
 * Anything at any moment: an application that, inside any of its callbacks, mounts, unmounts, resyncs, asks, sends, cancels,
 * reconnects, signs somebody else in, or throws. The history is stored for the whole run, so nothing may be missing, come twice, or
 * be told as a gap, and nothing of a user may reach the next one.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, createClient, defineContract, defineView, query, upsert, type Apply, type RealtimeClient, type RealtimeError } from '../../src/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';

const Item = z.object({ id: z.string(), room: z.string(), n: z.number(), text: z.string() });
type Item = z.infer<typeof Item>;
const api = defineContract({
  channels: { room: channel('room:{id}', { events: { put: Item } }) },
  queries: { list: query({ input: z.object({ room: z.string() }), output: z.array(Item) }) },
  commands: { put: command({ input: z.object({ room: z.string(), id: z.string() }) }) },
});
const ROOMS = ['a', 'b'];

/** What is called at each place of the application. */
let moment: (place: string) => void = () => {};
let handOver: (item: Item) => void = () => {};
const fold = (list: readonly Item[], { data }: { readonly data: Item }): Item[] => {
  handOver(data);
  moment('reduce');
  return [...list, data];
};
const whole = defineView(api.channels.room, { history: 1_000, initialState: [] as Item[], reduce: fold });
const sinceMount = defineView(api.channels.room, { initialState: [] as Item[], reduce: fold });

/** A throw there leaves an event or an edit out, and is reported. */
const LEAVES_OUT: ReadonlySet<string> = new Set(['reduce', 'apply', 'optimistic', 'onError']);

interface Listener {
  readonly room: string;
  /** The last offset it has heard, or after which it must begin at the latest. */
  last: number | null;
  hasBegun: boolean;
  stop: () => void;
}

async function play(seed: number): Promise<{ readonly complaints: readonly string[]; readonly places: ReadonlySet<string> }> {
  const world = createSimulatedWorld({ seed });
  const { dice } = world.client('app');
  const complaints: string[] = [];
  const places = new Set<string>();
  const stored: Record<string, Item[]> = { a: [], b: [] };
  const ran = new Map<string, string>();
  let user = 'u0';
  /** Whom the server knows. A former socket may greet after a later one. */
  const known = new Set<string>();
  const server = createSimulatedServer(world, 'odd.test', {
    contract: api,
    authenticate: ({ token }) => (token === undefined ? null : (known.add(token), { id: token })),
    authorize: { channels: { room: 'public' }, queries: { list: 'public' }, commands: { put: 'public' } },
    queries: { list: ({ input }) => [...(stored[input.room] ?? [])] },
    commands: {
      put({ input: { room, id }, user: { id: by }, publish }) {
        if (ran.has(id)) complaints.push(`command ${id} ran twice`);
        ran.set(id, by);
        put(room, id, (item) => publish(api.channels.room, { id: room }, 'put', item));
      },
    },
  });
  const put = (room: string, id: string, publish: (item: Item) => void): void => {
    const list = stored[room] as Item[];
    const item = { id, room, n: list.length + 1, text: 'x'.repeat(Math.floor(dice.roll() * 1_500)) };
    list.push(item);
    publish(item);
  };

  const client: RealtimeClient = createClient({
    url: 'ws://odd.test/',
    contract: api,
    world: world.client('page'),
    user,
    auth: () => user,
    onError: ({ code }) => {
      if (code !== 'misuse') complaints.push(`onError ${code}`);
      moment('onError');
    },
  });
  const release = client.hold();
  let isOver = false;
  const listeners = new Set<Listener>();
  /** The newest offset that a room has handed over, while somebody follows it. */
  const handed: Record<string, number | null> = { a: null, b: null };
  const followers: Record<string, number> = { a: 0, b: 0 };
  const stops: (() => void)[] = [];
  const open = new Map<string, { readonly by: string; readonly sent: { cancel(): void } }>();
  let names = 0;
  let isChanging = false;
  let depth = 0;
  const inside: string[] = [];

  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(dice.roll() * list.length)];
  const anyRoom = (): string => pick(ROOMS) as string;
  const assertOwn = (what: string): void => {
    if (isOver) complaints.push(`${what} after dispose`);
    if (!known.has(user) && !isChanging) complaints.push(`${what} of a former user reached ${user}`);
  };

  function listen(room = anyRoom()): void {
    const mountedIn = inside.join(' in ');
    if (followers[room] === 0) handed[room] = null;
    const listener: Listener = { room, last: handed[room] as number | null, hasBegun: false, stop: () => {} };
    followers[room] = (followers[room] as number) + 1;
    listeners.add(listener);
    const stop = client.channel(api.channels.room, { id: room }).subscribe({
      onEvent({ offset }) {
        assertOwn('an event');
        const { last, hasBegun } = listener;
        if (last !== null && (hasBegun ? offset !== last + 1 : offset > last + 1)) complaints.push(`${room}: ${offset} after ${last}${hasBegun ? '' : `, mounted in ${mountedIn || 'nothing'}`}`);
        listener.last = offset;
        listener.hasBegun = true;
        handed[room] = Math.max(handed[room] ?? 0, offset);
        moment('onEvent');
      },
      onGap({ reason }) {
        complaints.push(`gap ${reason}`);
      },
    });
    listener.stop = () => {
      if (!listeners.delete(listener)) return;
      followers[room] = (followers[room] as number) - 1;
      stop();
    };
  }

  function show(ref: typeof whole): void {
    const view = client.view(ref, { id: anyRoom() });
    const stop = view.subscribe(() => {
      const { data, gap } = view.get();
      if (gap !== null) complaints.push(`view gap ${gap.reason}`);
      if (data.some(({ n }, index) => index > 0 && n !== (data[index - 1] as Item).n + 1)) complaints.push(`a view shows ${data.map(({ n }) => n).join()}`);
      if (ref === whole && data.length > 0 && data[0]?.n !== 1) complaints.push(`a view lacks the beginning: ${data.map(({ n }) => n).join()}`);
      moment('view');
    }, dice.roll() < 0.5 ? 'sync' : 'frame');
    stops.push(stop);
    if (dice.roll() < 0.3) view.resync();
  }

  const list = (room: string) => client.liveQuery(api.queries.list, { room }, { channel: api.channels.room, params: { id: room }, apply: apply as never });
  handOver = ({ room, n }) => {
    assertOwn('a folded event');
    // What a view starts from is history: it says nothing of where the channel is.
    handed[room] &&= Math.max(handed[room], n);
  };
  const apply: Apply = (data, event) => {
    handOver(event.data as Item);
    moment('apply');
    return upsert('id')(data as Item[], event as never);
  };

  function follow(): void {
    const followed = list(anyRoom());
    stops.push(followed.subscribe(() => moment('query'), dice.roll() < 0.5 ? 'sync' : 'frame'));
  }

  function send(): void {
    const id = `c${++names}`;
    const room = anyRoom();
    const by = user;
    const sent = client.send(
      api.commands.put,
      { room, id },
      {
        optimistic(local) {
          moment('optimistic');
          local.query(api.queries.list, { room }, (all) => [...all, { id: `${id} edit`, room, n: 0, text: '' }]);
        },
      },
    );
    sent.progress.subscribe(() => moment('progress'), 'sync');
    open.set(id, { by, sent });
    const over = (how: string): void => {
      open.delete(id);
      const as = ran.get(id);
      if (as !== undefined && as !== by && by !== user) complaints.push(`${id} of ${by} ran as ${as}`);
      if (how === 'done' && as === undefined) complaints.push(`${id} ended done and did not run`);
      if (how === 'cancelled' && as !== undefined) complaints.push(`${id} ended cancelled and ran`);
      if (!['done', 'cancelled', 'outcome-unknown'].includes(how)) complaints.push(`${id} ended ${how}`);
    };
    sent.result.then(() => over('done'), (error: RealtimeError) => over(error.code));
  }

  function signIn(): void {
    user = `u${++names}`;
    for (const listener of listeners) {
      listener.last = null;
      listener.hasBegun = false;
    }
    for (const room of ROOMS) handed[room] = null;
    // A query that is given up folds what it held, and forgets it in the same moment.
    isChanging = true;
    client.setUser(user);
    isChanging = false;
  }

  const acts: readonly (readonly [number, () => void])[] = [
    [6, listen],
    [5, () => pick([...listeners])?.stop()],
    [2, () => show(whole)],
    [2, () => show(sinceMount)],
    [5, () => stops.splice(Math.floor(dice.roll() * stops.length), 1)[0]?.()],
    [2, () => client.view(pick([whole, sinceMount]) as typeof whole, { id: anyRoom() }).resync()],
    [2, follow],
    [1, () => list(anyRoom()).refetch()],
    [4, send],
    [1, () => pick([...open.values()])?.sent.cancel()],
    [1, () => client.reconnect()],
    [1, () => (client.disconnect(), client.reconnect())],
    [1, signIn],
    [1, () => void client.query(api.queries.list, { room: anyRoom() }).catch(() => {})],
  ];
  const total = acts.reduce((sum, [weight]) => sum + weight, 0);
  const act = (): void => {
    let at = dice.roll() * total;
    for (const [weight, run] of acts) if ((at -= weight) < 0) return run();
  };

  moment = (place) => {
    if (isOver || depth > 1 || dice.roll() > 0.06) return;
    depth++;
    try {
      places.add(place);
      inside.push(place);
      act();
      if (!LEAVES_OUT.has(place) && dice.roll() < 0.1) throw new Error('thrown');
    } finally {
      depth--;
      inside.pop();
    }
  };
  client.outbox.subscribe(() => moment('outbox'), 'sync');
  client.connection.subscribe(() => moment('connection'), 'sync');

  const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms);
  for (let step = 0; step < 60; step++) {
    const what = dice.roll();
    if (what < 0.45) {
      for (let i = Math.floor(dice.roll() * 6); i >= 0; i--) {
        const room = anyRoom();
        put(room, `e${++names}`, (item) => void server.core().publish(api.channels.room, { id: room }, 'put', item));
      }
    } else if (what < 0.52) for (const connection of world.network.connections({ host: 'odd.test' })) connection.inflict({ type: 'reset' });
    else act();
    await pass(dice.roll() < 0.5 ? dice.roll() * 60 : dice.roll() * 3_000);
    if (dice.roll() < 0.05) await pass(20_000);
  }

  const settled = (): void => {
    if (open.size > 0) complaints.push(`open: ${[...open.keys()].join()}`);
    if (client.outbox.get().pending > 0) complaints.push('the outbox is not empty');
  };
  if (dice.roll() < 0.3) {
    // Everything ends inside a callback, if one comes.
    moment = () => {
      moment = () => {};
      isOver = true;
      client.dispose();
    };
    send();
    await pass(2_000);
    if (!isOver) complaints.push('nothing was called');
    release();
    await pass(1_000);
    settled();
    return { complaints, places };
  }
  moment = () => {};
  client.reconnect();
  const shown = ROOMS.map((room) => [room, list(room), client.view(whole, { id: room })] as const);
  for (const [, followed, view] of shown) {
    followed.subscribe(() => {});
    view.subscribe(() => {});
  }
  for (const room of ROOMS) listen(room);
  await pass(2_000);
  for (const room of ROOMS) put(room, 'last', (item) => void server.core().publish(api.channels.room, { id: room }, 'put', item));
  await pass(60_000);
  for (const { room, last } of listeners) if (last !== stored[room]?.length) complaints.push(`a listener of ${room} is at ${last} of ${stored[room]?.length}`);
  for (const [room, followed, view] of shown) {
    const truth = (stored[room] as Item[]).map(({ id }) => id).sort();
    const { data, isStale, error } = followed.get();
    if (isStale || error !== null || `${data?.map(({ id }) => id).sort().join()}` !== truth.join()) complaints.push(`the query of ${room}: ${isStale} ${error?.code} ${data?.length} of ${truth.length}`);
    const seen = view.get();
    if (seen.isStale || seen.status !== 'success' || seen.data.length !== truth.length) complaints.push(`the view of ${room}: ${seen.status} ${seen.data.length} of ${truth.length}`);
  }
  settled();
  client.dispose();
  isOver = true;
  release();
  await pass(1_000);
  return { complaints, places };
}

describe('anything at any moment', () => {
  it('nothing is lost, doubled, mixed between users, or without an outcome', async () => {
    const places = new Set<string>();
    const found: string[] = [];
    const from = Number(process.env.HOLDFAST_SEED ?? 1);
    for (let seed = from; seed < from + Number(process.env.HOLDFAST_RUNS ?? 25); seed++) {
      const played = await play(seed);
      for (const place of played.places) places.add(place);
      found.push(...[...new Set(played.complaints)].slice(0, 4).map((complaint) => `seed ${seed}: ${complaint}`));
    }
    expect(found).toEqual([]);
    expect([...places].sort()).toEqual(['apply', 'connection', 'onError', 'onEvent', 'optimistic', 'outbox', 'progress', 'query', 'reduce', 'view']);
  });
});
