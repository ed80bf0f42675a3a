/**
 * The server of the simulated town: the real server core on a simulated host, which can crash, freeze and come back,
 * with its storage or without. What the storages hold is the truth that everybody is measured by.
 */
import { createServerCore } from '../../../src/server/core/server.js';
import { createLog, type Log } from '../../../src/server/core/log.js';
import { memoryBroker } from '../../../src/server/core/memory-broker.js';
import type { WireEvent } from '../../../src/core/protocol/frames.js';
import type { Position } from '../../../src/core/protocol/position.js';
import { createMachineClock, type MachineClock } from '../../../src/testing/machine-clock.js';
import { createSeededDice } from '../../../src/testing/seeded-dice.js';
import type { SimulatedWorld } from '../../../src/testing/simulated-world.js';
import { BOARD, OTHER_BOARDS, PASSED_BOARDS, RECENT, town, type Note } from './town-contract.js';

export const HOST = 'town.test';

/** One event as a storage holds it. */
export interface Fact {
  readonly epoch: string;
  readonly offset: number;
  readonly note: Note;
  readonly command: string | undefined;
}

export interface TownHall {
  readonly isUp: boolean;
  /** How often the storage was lost. */
  readonly losses: number;
  start(): void;
  crash(): void;
  /** The storage is gone with the next start. */
  loseStorage(): void;
  /** Takes connections and drops them at once, until the returned function is called. */
  churn(): () => void;
  /** Where a board of the present storage stands. */
  head(board: number): Position;
  kick(user: string, channel: string): void;
  /** The links over which a user is connected, by the server's word. */
  users(name: string): readonly string[];
  freeze(): void;
  thaw(): void;
  /** Everything that any storage ever held of a board, storage by storage. */
  facts(board: number): readonly (readonly Fact[])[];
}

/** Large enough that nothing is trimmed: a gap `trimmed` would be a lie. */
const LIMITS = { eventsPerChannel: 100_000, bytesPerChannel: 2 ** 30, bytesInAll: 2 ** 30, keepEventsMs: 2 ** 40 };
const SIDE_BOARDS = [...OTHER_BOARDS, ...PASSED_BOARDS];

export function createTownHall(world: SimulatedWorld): TownHall {
  const dice = createSeededDice(world.seed, 'server');
  const freshLog = (): Log => createLog({ dice, limits: LIMITS });
  const logs: Log[] = [freshLog()];
  let machine: MachineClock | null = null;
  let losses = 0;
  let churns = 0;
  let kick: (user: string, channel: string) => void = () => {};
  let greeted: { readonly end: object; readonly token: string }[] = [];

  const notesOf = (log: Log, board: number): Fact[] => {
    const channel = `board:${board}`;
    const top = log.head(channel, world.clock.now());
    if (top.offset === 0) return [];
    const run = log.read(channel, { history: 100_000, maxBytes: 2 ** 40 }, world.clock.now());
    return run.events.map(({ text }, index) => {
      const event = JSON.parse(text) as WireEvent;
      return { epoch: top.epoch, offset: run.from + index, note: event.data as Note, command: event.command };
    });
  };

  function start(): void {
    const log = logs.at(-1) as Log;
    const clock = createMachineClock(world.clock);
    machine = clock;
    const pause = (ms: number): Promise<void> => new Promise((done) => void clock.after(ms, done));
    const core = createServerCore(
      {
        contract: town,
        broker: memoryBroker({ log }),
        authenticate: ({ token }) => (token === undefined ? null : { id: token }),
        authorize: { channels: { board: 'public' }, queries: { notes: 'public' }, commands: { pin: 'public' } },
        queries: {
          notes: async () => {
            await pause(dice.between(0, 80));
            return notesOf(log, BOARD.id)
              .slice(-RECENT)
              .map(({ note }) => note);
          },
        },
        commands: {
          pin: async ({ input, id, publish }) => {
            await pause(dice.between(0, 150));
            const note = { id, ...input };
            publish(town.channels.board, BOARD, 'note', note);
            publish(town.channels.board, { id: dice.pick(SIDE_BOARDS) }, 'note', note);
            return note;
          },
        },
      },
      { clock, dice, digest: (text) => `tag ${text.length}` },
    );
    kick = (user, channel) => core.kick(user, channel);
    world.network.listen(
      HOST,
      (end, { url }) => {
        let received = 0;
        if (churns > 0) end.close(1013, 'not now');
        const handler = core.accept(
          { send: (text) => void end.send(text), close: (code, reason) => end.close(code, reason), bufferedBytes: () => end.bufferedBytes(), receivedBytes: () => received },
          { url, headers: {}, remoteAddress: undefined },
        );
        return {
          onMessage(text) {
            received += text.length;
            const token = /^\{"t":"hello".*"token":"(\w+)"/.exec(text)?.[1];
            if (token !== undefined) greeted.push({ end, token });
            handler.onMessage(text);
          },
          onClosed() {
            greeted = greeted.filter((one) => one.end !== end);
            handler.onClosed();
          },
        };
      },
      clock,
    );
  }

  return {
    get isUp() {
      return machine !== null;
    },
    get losses() {
      return losses;
    },
    start,
    crash() {
      machine?.stop();
      machine = null;
      world.network.crash(HOST);
    },
    loseStorage() {
      losses++;
      world.trace.fault('storage', 'lost');
      logs.push(freshLog());
    },
    churn() {
      world.trace.fault(HOST, 'churns');
      churns++;
      return () => churns--;
    },
    head: (board) => (logs.at(-1) as Log).head(`board:${board}`, world.clock.now()),
    kick: (user, channel) => kick(user, channel),
    users: (name) => greeted.filter(({ token }) => token === name).map(({ token }) => token),
    freeze() {
      world.trace.fault(HOST, 'freezes');
      machine?.sleep();
    },
    thaw() {
      world.trace.note(HOST, 'thaws');
      machine?.wake();
    },
    facts: (board) => logs.map((log) => notesOf(log, board)),
  };
}
