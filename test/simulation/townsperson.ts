/**
 * Somebody in the simulated town: the real client in a simulated tab, which pins notes, takes some of them back, and looks
 * at boards in every way there is. Each thing seen is checked at once; a broken promise is a complaint.
 */
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import { RealtimeError, type RealtimeErrorCode } from '../../src/core/errors.js';
import { upsert } from '../../src/core/data/define-view.js';
import type { Apply } from '../../src/core/data/live-query.js';
import type { Position } from '../../src/core/protocol/position.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';
import { BOARD, OTHER_BOARDS, POOL, recent, town, type Note } from './town-contract.js';
import { HOST, type TownHall } from './town-hall.js';
import { watchLinks, type LinkWatch } from './link-watch.js';
import { createWitness, type Witness } from './witness.js';

type Ending = 'pending' | 'done' | RealtimeErrorCode;

/** A promise that the client gave, and what became of it. */
export interface Told {
  /** By this person's clock. */
  readonly at: number;
  endedAt: number;
  ending: Ending;
  endings: number;
}

export interface ToldCommand extends Told {
  readonly id: string;
  readonly serial: number;
  isCancelled: boolean;
}

/** What a live view with history showed when one looked away. */
export interface Glimpse {
  readonly board: number;
  /** Where the board stood when the view began; null: somebody was looking already. */
  readonly before: Position | null;
  readonly ids: readonly string[];
}

export interface Townsperson {
  readonly name: string;
  readonly outside: SimulatedClient;
  readonly client: RealtimeClient;
  readonly links: LinkWatch;
  /** So long a command is wanted. */
  readonly commandMs: number;
  readonly told: readonly ToldCommand[];
  readonly asked: readonly Told[];
  /** Of the boards that are watched all the time; board 1 is the first. */
  readonly witnesses: readonly Witness[];
  /** Of the boards that were passed by. */
  readonly passers: readonly Witness[];
  readonly glimpses: readonly Glimpse[];
  /** Promises broken so far, in words. */
  readonly complaints: readonly string[];
  /** Pins a note, and takes it back after a while if that is given. */
  pin(cancelAfterMs?: number): void;
  ask(): void;
  /** Looks at a board for a while, with its history: a channel that is watched is asked for more than it has. */
  glance(board: number, forMs: number): void;
  /** Watches a board for a moment. */
  pass(board: number, forMs: number): void;
  /** Has the view begin again from its history. */
  resync(): void;
  board(): readonly Note[];
  list(): readonly Note[] | undefined;
  dispose(): void;
}

/** Some are patient, some give a command up within a short outage. */
const PATIENCE_MS = [600_000, 15_000, 3_000];

export function createTownsperson(world: SimulatedWorld, hall: TownHall, name: string): Townsperson {
  const outside = world.client(name);
  const told: ToldCommand[] = [];
  const asked: Told[] = [];
  const passers: Witness[] = [];
  const glimpses: Glimpse[] = [];
  const complaints: string[] = [];
  const complain = (what: string): void => void complaints.push(`${name} at ${world.clock.now()} ms: ${what}`);
  const commandMs = createSeededDice(world.seed, `patience of ${name}`).pick(PATIENCE_MS);
  let serial = 0;

  const links = watchLinks(outside, POOL.size, complain);
  const own = createClient({
    url: `ws://${HOST}/realtime`,
    contract: town,
    auth: () => name,
    world: links.world,
    pool: POOL,
    // Short, so that a channel is left and wanted again while its answers are still under way.
    timings: { commandMs, channelLeaseMs: 20 },
    onError: (error) => complain(`an error without a place: ${error.code} ${error.message}`),
  });
  const view = own.view(recent, BOARD);
  const list = own.liveQuery(town.queries.notes, undefined, { channel: town.channels.board, params: BOARD });
  const watch = (witness: Witness): (() => void) => own.channel(town.channels.board, { id: witness.board }).subscribe(witness.listener);
  const witnesses = [BOARD.id, ...OTHER_BOARDS].map((board) => createWitness(board, complain));
  const stops = [own.hold(), ...witnesses.map(watch), view.subscribe(() => {}), list.subscribe(() => {})];
  list.setApply(upsert('id') as unknown as Apply);

  /** Notes how a promise ends. */
  function follow<Value>(entry: Told, result: Promise<Value>, onValue: (value: Value) => void = () => {}): void {
    const end = (ending: Ending): void => {
      entry.ending = ending;
      entry.endings++;
      entry.endedAt = outside.clock.now();
    };
    result.then(
      (value) => {
        onValue(value);
        end('done');
      },
      (error: unknown) => end(error instanceof RealtimeError ? error.code : 'internal'),
    );
  }
  const fresh = (): Told => ({ at: outside.clock.now(), endedAt: 0, ending: 'pending', endings: 0 });

  return {
    name,
    outside,
    client: own,
    links,
    commandMs,
    told,
    asked,
    witnesses,
    passers,
    glimpses,
    complaints,
    pin(cancelAfterMs) {
      const sent = own.send(town.commands.pin, { author: name, serial: ++serial });
      const entry: ToldCommand = { ...fresh(), id: sent.id, serial, isCancelled: false };
      told.push(entry);
      follow(entry, sent.result, (note) => {
        if (note.serial !== entry.serial) complain(`command ${entry.serial} was answered with the result of ${note.serial}`);
      });
      if (cancelAfterMs === undefined) return;
      outside.clock.after(cancelAfterMs, () => {
        entry.isCancelled = true;
        sent.cancel();
      });
    },
    ask() {
      const entry = fresh();
      asked.push(entry);
      follow(entry, own.query(town.queries.notes));
    },
    glance(board, forMs) {
      const glanced = own.view(recent, { id: board });
      const before = glanced.get().liveStatus === 'idle' ? hall.head(board) : null;
      const stop = glanced.subscribe(() => {});
      outside.clock.after(forMs, () => {
        const { status, liveStatus, data } = glanced.get();
        if (status === 'success' && liveStatus === 'live') glimpses.push({ board, before, ids: data.map(({ id }) => id) });
        stop();
      });
    },
    pass(board, forMs) {
      const witness = createWitness(board, complain);
      passers.push(witness);
      outside.clock.after(forMs, watch(witness));
    },
    resync: () => view.resync(),
    board: () => view.get().data,
    list: () => list.get().data,
    dispose() {
      for (const stop of stops) stop();
      own.dispose();
    },
  };
}
