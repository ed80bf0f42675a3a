/**
 * What the client does with a field that it does not check, whatever stands in it (docs/decisions/0015).
 * A field that the client does not read changes nothing. What is no word at all counts as a word that the client does not know.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { append, channel, command, createClient, defineContract, defineView, query, type RealtimeError } from '../../src/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';

type Frame = Record<string, unknown>;

const Message = z.object({ id: z.string(), text: z.string() });
type Message = z.infer<typeof Message>;
const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: Message } }) },
  queries: { list: query({ output: z.array(Message) }) },
  commands: { post: command({ input: z.object({ id: z.string() }), errors: { banned: z.object({ days: z.number() }) } }) },
});
const room = { id: '1' };
const messages = defineView(api.channels.room, { history: 80, initialState: [] as Message[], reduce: append(500) });
/** A page of history holds some twenty of them, and a query's answer of all of them travels in parts. */
const message = (id: string): Message => ({ id, text: 'x'.repeat(400) });
const ids = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

/** Values of every kind; `toString` makes a text of it impossible. */
const WRONG: readonly unknown[] = [undefined, null, true, false, 0, -1, 1e308, '', 'later', [], [1], {}, { toString: 1 }];

interface Scene {
  /** Changes a frame of the server on its way. */
  readonly spoil?: (frame: Frame) => unknown;
  /** How many events the server keeps. */
  readonly keeps?: number;
  /** What happens when all is calm; as a rule the connection is lost. */
  readonly happens?: (server: SimulatedServer) => void;
}

/** A page that reads, asks and commands, through what happens. */
async function play({ spoil = () => {}, keeps = 1_000, happens }: Scene) {
  const world = createSimulatedWorld({ seed: 1 });
  const server = createSimulatedServer(world, 'rooms.test', {
    contract: api,
    keeps: { eventsPerChannel: keeps },
    authenticate: () => ({ id: 'ann' }),
    authorize: { channels: { room: 'public' }, queries: { list: 'public' }, commands: { post: 'public' } },
    queries: { list: () => ids(1, 60).map(message) },
    commands: {
      post({ input: { id }, publish, reject }) {
        if (id === 'banned') throw reject('banned', { days: 3 });
        publish(api.channels.room, room, 'message', message(id));
      },
    },
  });
  const page = world.client('page');
  const errors: RealtimeError[] = [];
  const client = createClient({
    url: 'ws://rooms.test/',
    contract: api,
    onError: (error) => errors.push(error),
    world: {
      ...page,
      open(url, protocols, events) {
        const onMessage = (text: string): void => {
          const frame = JSON.parse(text) as Frame;
          spoil(frame);
          events.onMessage(JSON.stringify(frame));
        };
        return page.open(url, protocols, { ...events, onMessage });
      },
    },
  });
  client.hold();
  const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms);
  const publish = async (from: number, to: number): Promise<void> => {
    for (const id of ids(from, to)) await server.core().publish(api.channels.room, room, 'message', message(id));
  };
  const outcomes: string[] = [];
  const note = (name: string, result: Promise<unknown>): void =>
    void result.then(
      (value) => outcomes.push(`${name} ${Array.isArray(value) ? value.length : 'done'}`),
      (error: RealtimeError) => outcomes.push(`${name} ${error.code}${error.reason === undefined ? '' : ` ${error.reason}`}`),
    );

  await publish(1, 60);
  const view = client.view(messages, room);
  view.subscribe(() => {});
  const told: string[] = [];
  client.channel(api.channels.room, room).subscribe({ onEvent: ({ data }) => told.push(data.id), onGap: ({ reason }) => told.push(`gap ${reason}`) });
  await pass(5_000);
  note('list', client.query(api.queries.list, undefined));
  note('post', client.send(api.commands.post, { id: '61' }).result);
  await pass(1_000);
  note('refused', client.send(api.commands.post, { id: 'banned' }).result);
  await pass(1_000);
  if (happens) happens(server);
  else for (const connection of world.network.connections({ host: 'rooms.test' })) connection.inflict({ type: 'reset' });
  await publish(62, 99);
  await pass(60_000);
  await publish(100, 100);
  await pass(60_000);
  const { data, error } = view.get();
  const subscribes = server.heard.filter(({ t }) => t === 'subscribe').length;
  return { told, shown: data.map(({ id }) => id), error: error?.message ?? null, outcomes: outcomes.toSorted(), errors: errors.map(({ code }) => code), subscribes };
}


const spoilAt =
  (path: string, value: unknown) =>
  (frame: Frame): boolean => {
    const [type, ...names] = path.split('.');
    const last = names.pop() ?? '';
    const owner = names.reduce<unknown>((at, name) => (at as Frame | undefined)?.[name], frame);
    if (frame.t !== type || owner === undefined) return false;
    (owner as Frame)[last] = value;
    return true;
  };

const OUTCOMES = ['list 60', 'post done', 'refused rejected banned'];
const WHOLE = { told: ids(61, 100), shown: ids(1, 100), error: null, outcomes: OUTCOMES, errors: [], subscribes: 5 };
const restart = (server: SimulatedServer): void => {
  server.kill();
  server.start();
};
const kick = (server: SimulatedServer): void => server.core().kick('ann', 'room:1');

/** Plays once with each wrong value in the field. */
async function expectAlways(path: string, scene: Scene, wanted: object): Promise<void> {
  for (const value of WRONG) {
    let spoiled = 0;
    const spoil = spoilAt(path, value);
    const played = await play({ ...scene, spoil: (frame) => void (spoil(frame) && spoiled++) });
    expect(played, JSON.stringify(value)).toMatchObject(wanted);
    expect(spoiled).toBeGreaterThan(0);
  }
}

it('each scene without a wrong field: nothing is missing, a gap, another history, a refusal', async () => {
  expect(await play({})).toEqual(WHOLE);
  expect(await play({ keeps: 30 })).toMatchObject({ told: ['61', 'gap trimmed', '100'], outcomes: OUTCOMES });
  expect(await play({ happens: restart })).toMatchObject({ told: ['61', 'gap epoch', '100'], outcomes: OUTCOMES });
  expect(await play({ happens: kick })).toMatchObject({ told: ['61'], error: expect.stringMatching(/has removed this user/) as string });
});

it('a wrong field that the client checks ends the link', async () => {
  expect((await play({ spoil: spoilAt('subscribed.generation', '1') })).errors).toContain('bad-frame');
});

describe('whatever stands in it', () => {
  it.each([
    'welcome.link', 'welcome.node', 'welcome.storage', 'welcome.features', 'welcome.limits.keepMs', 'welcome.tokenMs', 'ping.confirmedMs',
    'subscribed.missed', 'response.redo', 'response.fence',
  ])('%s changes nothing: the client does not read it', (path) => expectAlways(path, {}, WHOLE));

  it('subscribed.state hides no gap and makes none: positions decide', async () => {
    await expectAlways('subscribed.state', {}, WHOLE);
    await expectAlways('subscribed.state', { keeps: 30 }, { told: ['61', 'gap trimmed', '100'], errors: [] });
    await expectAlways('subscribed.state', { happens: restart }, { told: ['61', 'gap epoch', '100'], errors: [] });
  });

  it('subscribed.reason counts as epoch', () => expectAlways('subscribed.reason', { keeps: 30 }, { told: ['61', 'gap epoch', '100'], errors: [] }));

  it('unsubscribed.reason counts as forbidden', () =>
    expectAlways('unsubscribed.reason', { happens: kick }, { told: ['61'], error: expect.stringMatching(/does not let this user into/) as string, errors: [] }));

  it('error.code counts as internal', () => expectAlways('error.code', {}, { ...WHOLE, outcomes: ['list 60', 'post done', 'refused internal'] }));
});
