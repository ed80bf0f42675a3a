/**
 * Somebody in the simulated town: the real client in a simulated tab, which pins notes and watches the board in every
 * way there is. Each thing seen is checked at once; a broken promise throws inside `complain`.
 */
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import type { Gap } from '../../src/core/channels/reader.js';
import type { EventOf } from '../../src/core/contract.js';
import type { RealtimeErrorCode } from '../../src/core/errors.js';
import { upsert } from '../../src/core/data/define-view.js';
import type { Apply } from '../../src/core/data/live-query.js';
import { RealtimeError } from '../../src/core/errors.js';
import type { Position } from '../../src/core/protocol/position.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';
import { BOARD, OTHER_BOARDS, POOL, recent, town, type Note } from './town-contract.js';
import { HOST } from './town-hall.js';
import { watchLinks } from './link-watch.js';

type Seen = EventOf<typeof town.channels.board>;

/** What became of a command, as its sender was told. */
export interface Told {
  readonly id: string;
  readonly serial: number;
  ending: 'pending' | 'done' | RealtimeErrorCode;
  endings: number;
}

export interface Townsperson {
  readonly name: string;
  readonly outside: SimulatedClient;
  readonly client: RealtimeClient;
  readonly told: readonly Told[];
  readonly seen: readonly Seen[];
  readonly gaps: readonly Gap[];
  /** Of the other boards: where each stands. */
  readonly places: ReadonlyMap<number, Position>;
  readonly shared: number;
  readonly haste: number;
  /** Promises broken so far, in words. */
  readonly complaints: readonly string[];
  pin(): void;
  /** Looks at another board for a while, with its history: the channel is asked for more than it has. */
  glance(id: number): void;
  board(): readonly Note[];
  list(): readonly Note[] | undefined;
  dispose(): void;
}

export function createTownsperson(world: SimulatedWorld, name: string): Townsperson {
  const outside = world.client(name);
  const told: Told[] = [];
  const seen: Seen[] = [];
  const gaps: Gap[] = [];
  const complaints: string[] = [];
  const complain = (what: string): void => void complaints.push(`${name} at ${world.clock.now()} ms: ${what}`);
  let serial = 0;
  let isAfterGap = true;

  const places = new Map<number, Position>();
  const links = watchLinks(outside, POOL.size, complain);
  const own = createClient({
    url: `ws://${HOST}/realtime`,
    contract: town,
    auth: () => name,
    world: links.world,
    pool: POOL,
    onError: (error) => complain(`an error without a place: ${error.code} ${error.message}`),
  });
  const view = own.view(recent, BOARD);
  const list = own.liveQuery(town.queries.notes, undefined, { channel: town.channels.board, params: BOARD });

  const stops = [
    own.hold(),
    own.channel(town.channels.board, BOARD).subscribe({
      onEvent(event) {
        const before = seen.at(-1);
        if (!isAfterGap && before && (before.epoch !== event.epoch || before.offset + 1 !== event.offset)) {
          complain(`${before.epoch}/${before.offset} was followed by ${event.epoch}/${event.offset} without a gap`);
        }
        isAfterGap = false;
        seen.push(event);
      },
      onGap(gap) {
        if (isAfterGap && gaps.length > 0) complain('two gaps without an event between them');
        isAfterGap = true;
        gaps.push(gap);
      },
    }),
    view.subscribe(() => {}),
    list.subscribe(() => {}),
    ...OTHER_BOARDS.map((id) =>
      own.channel(town.channels.board, { id }).subscribe({
        onEvent({ epoch, offset }) {
          const before = places.get(id);
          if (before && (before.epoch !== epoch || before.offset + 1 !== offset)) complain(`board ${id}: ${before.epoch}/${before.offset} was followed by ${epoch}/${offset} without a gap`);
          places.set(id, { epoch, offset });
        },
        onGap({ reason }) {
          if (reason !== 'epoch') complain(`board ${id}: a gap '${reason}' where nothing is missing`);
          places.delete(id);
        },
      }),
    ),
  ];
  list.setApply(upsert('id') as unknown as Apply);

  return {
    name,
    outside,
    client: own,
    told,
    seen,
    gaps,
    places,
    get shared() {
      return links.shared;
    },
    get haste() {
      return links.haste;
    },
    complaints,
    pin() {
      const sent = own.send(town.commands.pin, { author: name, serial: ++serial });
      const entry: Told = { id: sent.id, serial, ending: 'pending', endings: 0 };
      told.push(entry);
      const end = (ending: Told['ending']): void => {
        entry.ending = ending;
        entry.endings++;
      };
      sent.result.then(
        (note) => {
          if (note.serial !== entry.serial) complain(`command ${entry.serial} was answered with the result of ${note.serial}`);
          end('done');
        },
        (error: unknown) => end(error instanceof RealtimeError ? error.code : 'internal'),
      );
    },
    glance(id) {
      const stop = own.view(recent, { id }).subscribe(() => {});
      outside.clock.after(2_000, stop);
    },
    board: () => view.get().data,
    list: () => list.get().data,
    dispose() {
      for (const stop of stops) stop();
      own.dispose();
    },
  };
}
