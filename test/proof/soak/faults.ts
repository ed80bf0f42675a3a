/**
 * What breaks during a soak: a shuffled deck of faults, so that also a short one has each kind. Not a test.
 * Long because each kind of fault is done here.
 */
import type { Choice, FaultProxy, Way } from '../../wire/fault-proxy.js';
import { userOf } from './user.js';
import { BOARDS } from './contract.js';
import type { ClientCrew } from './client-crew.js';
import type { History } from './history.js';
import { between, chance, logarithmic, pick, shuffled, whole } from './random.js';
import type { FaultRecord } from './record.js';
import type { ServerKeeper } from './server-keeper.js';

export interface Faults {
  /** Resolves when the last fault is over and nothing is broken any more. */
  end(): Promise<void>;
}

interface FaultParts {
  readonly proxy: FaultProxy;
  readonly server: ServerKeeper;
  readonly crew: ClientCrew;
  readonly history: History<FaultRecord>;
  readonly clients: number;
  /** The mean time between two faults. */
  readonly everyMs: number;
}

/** How many of each kind are in one deck. */
const DECK = {
  reset: 8,
  end: 6,
  'silence up': 2,
  'silence down': 3,
  'silence both': 2,
  stall: 4,
  slow: 4,
  refuse: 2,
  freeze: 1,
  kill: 1,
  kick: 5,
  ban: 3,
  'close user': 2,
  'reconnect button': 4,
  'disconnect button': 3,
} as const;
type Kind = keyof typeof DECK;
const KINDS = Object.entries(DECK).flatMap(([kind, count]) => Array<Kind>(count).fill(kind as Kind));

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export function breakThings({ proxy, server, crew, history, clients, everyMs }: FaultParts): Faults {
  const under = new Set<Promise<void>>();
  let deck: Kind[] = [];
  let isOver = false;
  /** The server process is stopped or down: one such fault at a time. */
  let isServerBusy = false;

  const anyClient = (): number => whole(0, clients - 1);
  /** Every connection of one client, one of its links, or everybody's. */
  function anyChoice(): { readonly choice: Choice; readonly target: string } {
    if (chance(0.1)) return { choice: () => true, target: 'all' };
    const client = `client=c${anyClient()}&`;
    const link = chance(0.5) ? `link=${whole(0, 1)}` : '';
    return { choice: (target) => target.includes(client) && target.includes(link), target: `${client}${link}` };
  }

  async function act(kind: Kind): Promise<void> {
    const { choice, target } = anyChoice();
    const client = anyClient();
    const user = userOf(client);
    const board = pick(BOARDS);
    const note = (its: string): void => history.write({ k: 'fault', kind, target: its });
    switch (kind) {
      case 'reset':
      case 'end':
        note(target);
        return void proxy.cut(kind, choice);
      case 'silence up':
      case 'silence down':
      case 'silence both':
        note(target);
        return void proxy.silence(kind.slice(8) as Way, choice);
      case 'stall': {
        note(target);
        const flow = proxy.stall(pick(['up', 'down', 'both']), choice);
        await pause(between(500, 9_000));
        return flow();
      }
      case 'slow': {
        note(target);
        const flow = proxy.slow(logarithmic(2_000, 100_000), choice);
        await pause(between(2_000, 15_000));
        return flow();
      }
      case 'refuse': {
        note(target);
        const allow = proxy.refuse(choice);
        proxy.cut('reset', choice);
        await pause(between(1_000, 12_000));
        return allow();
      }
      case 'freeze':
      case 'kill':
        // Later: also a short soak has each kind.
        if (isServerBusy) return void deck.unshift(kind);
        isServerBusy = true;
        note('server');
        await (kind === 'freeze' ? server.freeze(between(500, 14_000)) : server.kill(between(0, 3_000)));
        isServerBusy = false;
        return;
      case 'kick':
      case 'ban':
        note(`${user} ${board}`);
        return server.send({ do: 'kick', user, board, bannedMs: kind === 'kick' ? 0 : between(500, 8_000) });
      case 'close user':
        note(user);
        return server.send({ do: 'close', user });
      case 'reconnect button':
        note(`c${client}`);
        return crew.send({ do: 'reconnect', client: `c${client}` });
      case 'disconnect button': {
        note(`c${client}`);
        const forMs = logarithmic(200, 30_000);
        crew.send({ do: 'disconnect', client: `c${client}`, forMs });
        return pause(forMs);
      }
      default:
        kind satisfies never;
    }
  }

  async function go(): Promise<void> {
    while (!isOver) {
      await pause(between(0, 2 * everyMs));
      if (deck.length === 0) deck = shuffled(KINDS);
      const kind = deck.pop();
      if (isOver || kind === undefined) break;
      // A server that does not start again is told by its keeper.
      const fault: Promise<void> = act(kind).catch(() => {}).finally(() => under.delete(fault));
      under.add(fault);
    }
  }
  const going = go();

  return {
    async end() {
      isOver = true;
      await going;
      await Promise.all(under);
    },
  };
}
