/**
 * The server of the simulated world: the real server core on a simulated host, with rules and handlers that keep a record of their own.
 * It can crash, freeze, stop, and come back with its storage or without. Not here: what goes wrong, and when (`faults.ts`).
 * Long because rules, handlers and the life of the process share one record.
 */
import { createLog, type Log } from '../../src/server/core/log.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import type { HelloFrame } from '../../src/core/protocol/frames.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import { CloseCode } from '../../src/core/protocol/codes.js';
import { createMachineClock, type MachineClock } from '../../src/testing/machine-clock.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';
import { contract, HOST, listName, padding, type Order } from './contract.js';
import { drawSize, type Swarm } from './swarm.js';
import type { Reached } from './sometimes.js';
import type { Truth } from './truth.js';

/** One run of a handler, by its own record. */
export interface HandlerRun {
  readonly id: string;
  readonly startedAt: number;
  end: 'running' | 'returned' | 'rejected' | 'threw' | 'interrupted';
  /** What it returned. */
  result: unknown;
}

/** What holds for a while. */
export interface Conditions {
  slowAuth: number;
  failingAuth: number;
  slowRules: number;
  failingRules: number;
  slowQueries: number;
  churn: number;
}

export interface ModelServer {
  readonly isUp: boolean;
  readonly conditions: Conditions;
  /** How often the storage was lost, and when last. */
  readonly losses: number;
  readonly lostAt: number;
  /** When the process was last gone, frozen or stopped. */
  readonly troubledAt: number;
  start(): void;
  crash(): void;
  /** Stops as a deployment does; resolves when it has stopped. */
  stop(): void;
  loseStorage(): void;
  freeze(): void;
  thaw(): void;
  publish(board: number, size: number): void;
  /** Changes an item of a list without a command. */
  change(list: number): void;
  kick(principal: string, channel: string): void;
  forbid(principal: string, channel: string): void;
  allow(principal: string, channel: string): void;
  closeUser(principal: string): void;
  /** The runs of the handler of the command with this tag. */
  runs(tag: string): readonly HandlerRun[];
  /** Whether a rule has refused the command with this tag. */
  isDenied(tag: string): boolean;
}

const ITEMS = 12;

export function createModelServer(world: SimulatedWorld, swarm: Swarm, truth: Truth, reached: Reached): ModelServer {
  const dice = createSeededDice(world.seed, 'server');
  const handlerDice = createSeededDice(world.seed, 'handlers');
  const ruleDice = createSeededDice(world.seed, 'rules');
  const publishDice = createSeededDice(world.seed, 'publish');
  const conditions: Conditions = { slowAuth: 0, failingAuth: 0, slowRules: 0, failingRules: 0, slowQueries: 0, churn: 0 };
  const runs = new Map<string, HandlerRun[]>();
  const running = new Set<HandlerRun>();
  const denied = new Set<string>();
  const forbidden = new Set<string>();
  const freshLog = (): Log => truth.record(createLog({ dice, limits: { ...swarm.keeps } }));
  let log = freshLog();
  let machine: MachineClock | null = null;
  let core: ServerCore | null = null;
  let losses = 0;
  let lostAt = -Infinity;
  let troubledAt = -Infinity;
  /** The newest connection of each link that has said hello. */
  const greeted = new Map<string, number>();
  let connections = 0;
  let versions = 0;
  let serial = 0;

  function start(): void {
    // Two faults may both bring it back.
    if (machine !== null) return;
    const clock = createMachineClock(world.clock);
    machine = clock;
    troubledAt = world.clock.now();
    const pause = (ms: number): Promise<void> => (ms <= 0 ? Promise.resolve() : new Promise((done) => void clock.after(ms, done)));
    const hang = (): Promise<never> => new Promise(() => {});

    /** A rule takes its time, fails, or does not answer at all. */
    const rule = async (isAllowed: () => boolean): Promise<boolean> => {
      if (conditions.slowRules > 0) await pause(ruleDice.between(50, 2_500));
      if (conditions.failingRules > 0) {
        const roll = ruleDice.roll();
        if (roll < 0.15) throw new Error('the rule fails');
        if (roll < 0.2) await hang();
        if (roll < 0.3) return false;
      }
      return isAllowed();
    };
    const commandRule = async (tag: string): Promise<boolean> => {
      denied.add(tag);
      const isAllowed = await rule(() => true);
      if (isAllowed) denied.delete(tag);
      return isAllowed;
    };

    const begin = (tag: string, id: string): HandlerRun => {
      const run: HandlerRun = { id, startedAt: world.clock.now(), end: 'running', result: undefined };
      running.add(run);
      runs.set(tag, [...(runs.get(tag) ?? []), run]);
      return run;
    };
    const finish = (run: HandlerRun, end: HandlerRun['end'], result?: unknown): void => {
      // A crash has ended it before.
      if (run.end !== 'running') return;
      running.delete(run);
      run.end = end;
      run.result = result;
    };

    type Ask = Parameters<NonNullable<Parameters<typeof createServerCore<typeof contract>>[0]['commands']>['post']>[0];
    const order = async ({ input, id, publish, reject }: Ask): Promise<{ tag: string; pad: string }> => {
      const { tag, plan, board, size }: Order = input;
      const run = begin(tag, id);
      await pause(handlerDice.chance(0.05) ? handlerDice.between(200, 1_500) : handlerDice.between(0, 120));
      switch (plan) {
        case 'reject':
          finish(run, 'rejected');
          throw reject('refused', { tag });
        case 'throw':
          finish(run, 'threw');
          throw new Error('the handler fails');
        case 'hang':
          await pause(swarm.handlerMs + 500);
          break;
        case 'publish':
          publish(contract.channels.board, { id: board }, 'note', { key: tag, pad: padding(size) });
          if (handlerDice.chance(0.2)) publish(contract.channels.board, { id: handlerDice.between(1, swarm.boards) }, 'note', { key: `${tag}+`, pad: padding(drawSize(handlerDice, swarm.sizes)) });
          break;
        case 'report':
          break;
        default:
          plan satisfies never;
      }
      const result = { tag, pad: plan === 'report' ? padding(size) : '' };
      finish(run, 'returned', result);
      return result;
    };

    core = createServerCore(
      {
        contract,
        broker: memoryBroker({ log }),
        limits: { handlerMs: swarm.handlerMs, bufferedBytes: swarm.bufferedBytes, authentications: swarm.authentications, framesPerSecond: swarm.frames.perSecond, frameBurst: swarm.frames.burst },
        authenticate: async ({ token }) => {
          if (conditions.slowAuth > 0) await pause(ruleDice.between(200, 6_000));
          if (conditions.failingAuth > 0) {
            const roll = ruleDice.roll();
            if (roll < 0.2) throw new Error('authenticate fails');
            if (roll < 0.4) await hang();
            if (roll < 0.6) return null;
          }
          return token === undefined ? null : { id: token };
        },
        authorize: {
          channels: {
            board: ({ user, params }) => rule(() => !forbidden.has(`${user.id} board:${params.id}`)),
            list: ({ user, params }) => rule(() => !forbidden.has(`${user.id} list:${params.id}`)),
          },
          clientEvents: { board: 'public' },
          queries: { items: () => rule(() => true), echo: 'public' },
          commands: { post: ({ input }) => commandRule(input.tag), aside: ({ input }) => commandRule(input.tag), put: ({ input }) => commandRule(input.tag) },
        },
        queries: {
          items: async ({ input }) => {
            if (conditions.slowQueries > 0 && handlerDice.chance(0.5)) await pause(swarm.queryMs + handlerDice.between(0, 1_000));
            await pause(handlerDice.between(0, 80));
            const answer = [...truth.items(listName(input.list))];
            await pause(handlerDice.between(0, 80));
            return answer;
          },
          echo: async ({ input }) => {
            await pause(handlerDice.between(0, 60));
            return padding(input.size);
          },
        },
        commands: {
          post: order,
          aside: order,
          put: async ({ input, id, publish }) => {
            const run = begin(input.tag, id);
            await pause(handlerDice.between(0, 120));
            publish(contract.channels.list, { id: input.list }, 'item', { id: input.id, version: ++versions, pad: input.pad });
            finish(run, 'returned');
          },
        },
      },
      { clock, dice, digest: (text) => `tag ${text.length}` },
    );
    const own = core;
    world.network.listen(
      HOST,
      (end, { url }) => {
        let received = 0;
        const number = ++connections;
        if (conditions.churn > 0) end.close(1013, 'not now');
        const handler = own.accept(
          { send: (text) => void end.send(text), close: (code, reason) => closes(end, code, reason), bufferedBytes: () => end.bufferedBytes(), receivedBytes: () => received },
          { url, headers: {}, remoteAddress: undefined },
        );
        return {
          onMessage(text) {
            received += text.length;
            if (text.startsWith('{"t":"hello"')) greets(text, number);
            handler.onMessage(text);
          },
          onClosed: () => handler.onClosed(),
        };
      },
      clock,
    );
  }

  function end(): void {
    machine?.stop();
    machine = null;
    core = null;
    troubledAt = world.clock.now();
    for (const run of running) {
      run.end = 'interrupted';
      reached.add('a handler was interrupted by a crash');
    }
    running.clear();
  }

  function closes(end: ServerEnd, code: number, reason: string): void {
    reached.addSeen(`server closes ${code}`);
    end.close(code, reason);
  }

  function greets(text: string, number: number): void {
    const { client, link } = JSON.parse(text) as HelloFrame;
    const key = `${client} ${link}`;
    if ((greeted.get(key) ?? 0) > number) reached.add('an older socket was greeted after a newer one');
    else greeted.set(key, number);
  }

  const publish = (channel: Promise<unknown> | undefined): void => void channel?.catch(() => {});

  return {
    get isUp() {
      return machine !== null;
    },
    conditions,
    get losses() {
      return losses;
    },
    get lostAt() {
      return lostAt;
    },
    get troubledAt() {
      return troubledAt;
    },
    start,
    crash() {
      end();
      world.network.crash(HOST);
    },
    stop() {
      const own = machine;
      world.trace.fault(HOST, 'stops');
      troubledAt = world.clock.now();
      world.network.unlisten(HOST);
      void core?.stop(CloseCode.restart).then(() => {
        // The process exits, in a turn of its own: what runs in this one has not been interrupted.
        world.clock.after(0, () => {
          if (machine !== own) return;
          end();
          world.network.crash(HOST);
        });
      });
    },
    loseStorage() {
      losses++;
      lostAt = world.clock.now();
      world.trace.fault('storage', 'lost');
      log = freshLog();
    },
    freeze() {
      world.trace.fault(HOST, 'freezes');
      troubledAt = world.clock.now();
      machine?.sleep();
    },
    thaw() {
      world.trace.note(HOST, 'thaws');
      troubledAt = world.clock.now();
      machine?.wake();
    },
    publish(board, size) {
      if (machine?.isAsleep === false) publish(core?.publish(contract.channels.board, { id: board }, 'note', { key: `s${++serial}`, pad: padding(size) }));
    },
    change(list) {
      if (machine?.isAsleep !== false) return;
      const item = { id: `i${publishDice.between(1, ITEMS)}`, version: ++versions, pad: padding(drawSize(publishDice, swarm.sizes)) };
      publish(core?.publish(contract.channels.list, { id: list }, 'item', item));
    },
    kick: (principal, channel) => core?.kick(principal, channel),
    forbid(principal, channel) {
      forbidden.add(`${principal} ${channel}`);
      core?.kick(principal, channel);
    },
    allow: (principal, channel) => void forbidden.delete(`${principal} ${channel}`),
    closeUser: (principal) => core?.closeUser(principal),
    runs: (tag) => runs.get(tag) ?? [],
    isDenied: (tag) => denied.has(tag),
  };
}
