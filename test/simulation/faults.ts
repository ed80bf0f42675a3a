/**
 * What goes wrong in the simulated world, and when: drawn by dice of its own, so that one more fault moves nothing else.
 * Long because each kind of fault is a case of its own.
 */
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { SimulatedConnection } from '../../src/testing/simulated-connection.js';
import { boardName, HOST, listName } from './contract.js';
import type { ClientModel, Scene } from './client-model.js';
import type { Conditions } from './model-server.js';
import type { Fault } from './swarm.js';

export interface Faults {
  readonly count: number;
  /** Nothing new goes wrong, and what can heal does. */
  end(): void;
}

/** A dead link is given up within this, while somebody looks. */
const NOTICED_MS = 10_000;
/** How long a one-way loss lets the other way go on: what the sender's system takes without an acknowledgement. */
const UNACKNOWLEDGED_MS = 5_500;

export function createFaults(scene: Scene, models: () => readonly ClientModel[], reload: (model: ClientModel) => void): Faults {
  const { world, server, swarm, complaints, reached } = scene;
  const { clock, network } = world;
  const dice = createSeededDice(world.seed, 'faults');
  const undo = new Set<() => void>();
  /** When each client was last met by something that changes how a dead link is noticed. */
  const disturbed = new Map<string, number>();
  /** Connections that are slow until they end: their pings are late. */
  const slowed = new Set<number>();
  let quietUntil = 0;
  let isOver = false;
  let count = 0;

  /** Undoes it after a while, or at the end. */
  const forAWhile = (ms: number, heal: () => unknown): void => {
    const once = (): void => {
      if (undo.delete(once)) heal();
    };
    undo.add(once);
    clock.after(ms, once);
  };

  const during = (condition: keyof Conditions, ms: number): void => {
    world.trace.fault(HOST, `${condition} for ${ms} ms`);
    server.conditions[condition]++;
    forAWhile(ms, () => {
      world.trace.note(HOST, `no more ${condition}`);
      server.conditions[condition]--;
    });
  };

  /** A link of which one way is dead from now on must be given up in time, if nothing else has happened to the client. */
  const demandNotice = (model: ClientModel, connection: SimulatedConnection, what: string): void => {
    const at = clock.now();
    // A ping that was late says less than it seems to.
    if (swarm.tailChance > 0 || swarm.faults.includes('weather') || slowed.has(connection.id)) return;
    if (!model.wire.isReady || model.outside.isAsleep || !model.outside.isVisible() || !server.isUp) return;
    // Mostly nothing else goes wrong until it must have been noticed, or what came next would hide it.
    if (dice.chance(0.8)) quietUntil = at + NOTICED_MS + 1_000;
    const firstSentAt = model.wire.watchSends(connection.id);
    clock.after(NOTICED_MS, function look() {
      // What was never sent cannot be missed: a client that had nothing to say for a while notices that much later.
      const lateMs = Math.max(0, (firstSentAt() ?? at) - at);
      if (clock.now() < at + NOTICED_MS + lateMs) return void clock.after(at + NOTICED_MS + lateMs - clock.now(), look);
      const isDisturbed = (disturbed.get(model.name) ?? -1) > at || server.troubledAt >= at || !models().includes(model);
      if (isDisturbed || isOver || !connection.isOpen || model.outside.isAsleep || !model.outside.isVisible()) return;
      complaints.add('dead-link-unnoticed', model.name, `link #${connection.id} (${what}) is still open ${clock.now() - at} ms later`);
    });
  };

  const strike = (kind: Fault): void => {
    const model = dice.pick(models());
    const { outside, name, principal } = model;
    const all = network.connections({ client: name }).filter((one) => one.isOpen);
    const connection = all.length === 0 ? undefined : dice.pick(all);
    const channel = dice.chance(0.3) ? listName(1) : boardName(dice.between(1, swarm.boards));
    world.trace.note(name, `fault ${kind}`);
    const disturb = (): void => void disturbed.set(name, clock.now());
    switch (kind) {
      case 'reset':
      case 'finish':
      case 'lose-close':
        return connection?.inflict({ type: kind });
      case 'half-open':
        if (connection === undefined) return;
        connection.inflict({ type: 'blackhole' });
        return demandNotice(model, connection, 'both ways');
      case 'one-way': {
        if (connection === undefined) return;
        const direction = dice.pick(['up', 'up', 'down'] as const);
        connection.inflict({ type: 'blackhole', direction });
        // Nothing is acknowledged any more, so that the other way ends, too, when the window of its sender is full.
        const graceMs = dice.between(0, UNACKNOWLEDGED_MS);
        if (direction === 'up') clock.after(graceMs, () => connection.isOpen && connection.inflict({ type: 'blackhole', direction: 'down' }));
        return demandNotice(model, connection, `${direction} lost, the other way after ${graceMs} ms`);
      }
      case 'stall':
        disturb();
        return connection?.inflict({ type: 'stall', ms: dice.between(500, 12_000), ...(dice.chance(0.5) && { direction: dice.pick(['up', 'down'] as const) }) });
      case 'slow':
        disturb();
        if (connection !== undefined) slowed.add(connection.id);
        return connection?.inflict({ type: 'slow', bytesPerSecond: dice.between(2_000, 20_000) });
      case 'window':
        disturb();
        if (connection !== undefined) slowed.add(connection.id);
        connection?.inflict({ type: 'window', bytes: 1_000, direction: 'down' });
        return connection?.inflict({ type: 'slow', bytesPerSecond: dice.between(500, 4_000), direction: 'down' });
      case 'partition':
      case 'away':
        disturb();
        return forAWhile(kind === 'away' ? dice.between(20_000, 40_000) : dice.between(500, 12_000), network.partition({ client: name, ...(dice.chance(0.3) && { direction: dice.pick(['up', 'down'] as const) }) }));
      case 'late-socket':
        disturb();
        model.hooks.onOpened = () => {
          model.hooks.onOpened = null;
          const newest = network.connections({ client: name }).at(-1);
          newest?.inflict({ type: 'stall', ms: dice.between(800, 4_500), direction: 'up' });
          clock.after(dice.between(100, 3_000), () => models().includes(model) && model.reconnect());
        };
        return connection?.inflict({ type: 'reset' });
      case 'weather':
        disturb();
        network.changeWeather({ meanMs: dice.between(50, 300), tailChance: 0.02 });
        return forAWhile(dice.between(2_000, 15_000), () => network.changeWeather({ meanMs: 20, tailChance: swarm.tailChance }));
      case 'delayed-connect':
        network.greet(HOST, dice.pick([{ type: 'delay', ms: dice.between(1_000, 6_000) }, { type: 'mute' }, { type: 'refuse' }] as const));
        return forAWhile(dice.between(1_000, 8_000), () => network.greet(HOST, { type: 'answer' }));
      case 'crash':
      case 'amnesia':
        if (!server.isUp) return;
        server.crash();
        reached.add(kind === 'crash' ? 'server crashed and kept its storage' : 'server crashed and lost its storage');
        if (kind === 'amnesia') server.loseStorage();
        return forAWhile(dice.between(200, 6_000), () => server.start());
      case 'restart':
        if (!server.isUp) return;
        server.stop();
        reached.add('server stopped gracefully');
        return forAWhile(dice.between(5_500, 12_000), () => {
          if (server.isUp) server.crash();
          server.start();
        });
      case 'freeze':
        if (!server.isUp) return;
        server.freeze();
        return forAWhile(dice.between(1_000, 12_000), () => server.thaw());
      case 'churn':
        return during('churn', dice.between(6_000, 20_000));
      case 'slow-auth':
        return during('slowAuth', dice.between(5_000, 20_000));
      case 'failing-auth':
        return during('failingAuth', dice.between(3_000, 10_000));
      case 'bad-token':
        model.token.isBad = true;
        return forAWhile(dice.between(2_000, 12_000), () => (model.token.isBad = false));
      case 'slow-rules':
        return during('slowRules', dice.between(5_000, 20_000));
      case 'failing-rules':
        return during('failingRules', dice.between(3_000, 10_000));
      case 'slow-queries':
        return during('slowQueries', dice.between(5_000, 15_000));
      case 'kick': {
        server.kick(principal, channel);
        if (dice.chance(0.7)) clock.after(dice.between(0, 6_000), () => models().includes(model) && model.letIn());
        return;
      }
      case 'forbid':
        server.forbid(principal, channel);
        return forAWhile(dice.between(500, 20_000), () => {
          server.allow(principal, channel);
          for (const one of models()) if (one.principal === principal) one.letIn();
        });
      case 'close-user':
        reached.add('user closed by the server');
        return server.closeUser(principal);
      case 'sleep':
        if (outside.isAsleep) return;
        disturb();
        outside.sleep();
        return forAWhile(dice.between(2_000, 30_000), () => {
          disturb();
          if (dice.chance(0.5)) outside.wake();
          else outside.resume();
        });
      case 'hidden':
        disturb();
        outside.signal('hidden');
        return forAWhile(dice.between(1_000, 20_000), () => {
          disturb();
          outside.signal('visible');
        });
      case 'blink':
        // Only the browser's word for it: nothing need have happened.
        outside.signal('offline');
        return forAWhile(dice.between(100, 10_000), () => outside.signal(dice.pick(['online', 'focus'])));
      case 'reconnect':
        if (!model.isAway) model.reconnect();
        return;
      case 'disconnect':
        if (model.isAway) return;
        model.disconnect();
        return forAWhile(dice.between(500, 8_000), () => models().includes(model) && model.reconnect());
      case 'set-user':
        return model.setUser(dice.pick([`user-${name}`, `other-${name}`, 'user-x']));
      case 'other-token':
        model.changeToken(dice.pick([`user-${name}`, `other-${name}`]));
        return connection?.inflict({ type: 'reset' });
      case 'reload':
        if (outside.isAsleep) return;
        reached.add('tab reloaded');
        return reload(model);
      default:
        return kind satisfies never;
    }
  };

  const next = (): void => {
    clock.after(dice.exponential(swarm.faultEveryMs), () => {
      if (isOver) return;
      const kind = dice.pick(swarm.faults);
      if (clock.now() >= quietUntil) {
        count++;
        strike(kind);
      }
      next();
    });
  };
  if (swarm.faults.length > 0) next();
  else reached.add('no fault at all');

  return {
    get count() {
      return count;
    },
    end() {
      isOver = true;
      for (const heal of [...undo]) heal();
      for (const model of models()) model.hooks.onOpened = null;
      network.heal();
      if (!server.isUp) server.start();
    },
  };
}
