/** What the people of the simulated world do all day, each by dice of their own: commands, listeners, views and queries that come and go. */
import type { Position } from '../../src/core/protocol/position.js';
import { createSeededDice, type SeededDice } from '../../src/testing/seeded-dice.js';
import type { ClientModel, Scene } from './client-model.js';
import { drawSize } from './swarm.js';

/** Who has so many commands that wait sends no more: what waits at the end must have its turn before the rest. */
const BUSY = 60;
const CROWD = 20;

/** What everybody has mounted all the time. */
export function settleDown(scene: Scene, model: ClientModel, seat: number): void {
  const { swarm } = scene;
  for (let board = 1; board <= Math.min(3, swarm.boards); board++) model.mountListener(board);
  model.mountView(1, seat % 2);
  model.mountView(2, 2);
  if (swarm.deeds.has('lists')) model.mountQuery(1);
}

export function work(scene: Scene, models: () => readonly ClientModel[], name: string): void {
  const { world, swarm, reached } = scene;
  const dice = createSeededDice(world.seed, `work of ${name}`);
  const { clock } = world;
  const deeds = swarm.deeds;
  const board = (): number => dice.between(1, swarm.boards);

  const later = (ms: number, run: (model: ClientModel) => void): void => {
    const own = models().find((model) => model.name === name);
    clock.after(ms, () => {
      // A tab that was reloaded meanwhile has forgotten it.
      if (own !== undefined && models().includes(own)) run(own);
    });
  };

  const act = (model: ClientModel): void => {
    const isBusy = model.client.outbox.get().pending > BUSY;
    const isOptimistic = deeds.has('optimistic') && dice.chance(0.5);
    const plan = deeds.has('failures') && dice.chance(0.25) ? (dice.chance(0.04) ? 'hang' : dice.pick(['reject', 'reject', 'throw'] as const)) : deeds.has('reports') && dice.chance(0.4) ? 'report' : 'publish';
    if (!isBusy) model.send({ board: board(), plan, isOptimistic, isAside: dice.chance(0.2), ...(deeds.has('cancel') && dice.chance(0.15) && { cancelAfterMs: dice.exponential(150) }) });
    if (deeds.has('bursts') && dice.chance(0.02) && !isBusy) for (let i = 0; i < 40; i++) model.send({ board: board(), plan: 'publish' });
    if (deeds.has('lists') && dice.chance(0.4) && !isBusy) model.put(1, isOptimistic);
    if (deeds.has('queries') && dice.chance(0.15)) model.ask(dice.chance(0.3) ? dice.between(10_000, 60_000) : drawSize(dice, swarm.sizes));
    if (deeds.has('volatile') && dice.chance(0.3)) model.wave(board());
    if (deeds.has('resync') && dice.chance(0.05)) for (const mounted of model.listeners) if (dice.chance(0.3)) mounted.resync();
    if (deeds.has('mounts') && dice.chance(0.4)) pass(model);
    if (deeds.has('hide') && dice.chance(0.25)) hide(model);
    if (dice.chance(0.1)) model.letIn();
  };

  /** A listener or a view for a while, or for moments, so that what was said about the last time is still under way. */
  const pass = (model: ClientModel): void => {
    const which = dice.between(0, 3);
    const on = board();
    const forMs = dice.chance(0.5) ? dice.between(0, 150) : dice.between(500, 12_000);
    const mounted = which === 3 ? model.mountListener(on) : model.mountView(on, which);
    later(forMs, () => mounted.leave());
    if (deeds.has('lists') && dice.chance(0.2)) {
      const query = model.mountQuery(dice.between(1, 2));
      later(forMs, () => query.leave());
    }
  };

  /** A view is hidden for less or more than its retention, and comes back. */
  const hide = (model: ClientModel): void => {
    const which = dice.between(0, 2);
    const on = board();
    const first = model.mountView(on, which);
    const isPast = dice.chance(0.5);
    const hiddenMs = isPast ? swarm.retainMs + dice.between(1, 4_000) : dice.between(0, swarm.retainMs);
    const shownMs = dice.between(100, 3_000);
    later(shownMs, () => first.leave());
    later(shownMs + hiddenMs, (again) => {
      reached.add(isPast ? 'view hidden past its retention comes back' : 'view hidden within its retention comes back');
      const second = again.mountView(on, which);
      later(dice.between(100, 4_000), () => second.leave());
    });
  };

  const next = (): void => {
    clock.after(dice.exponential(swarm.actEveryMs), () => {
      if (scene.isHealed()) return;
      const model = models().find((one) => one.name === name);
      if (model !== undefined && !model.outside.isAsleep) act(model);
      next();
    });
  };
  next();
}

/** What somebody does inside onEvent. */
export function actInCallback(scene: Scene, model: ClientModel, board: number, at: Position, dice: SeededDice): void {
  const { reached, world, swarm } = scene;
  switch (dice.between(0, 4)) {
    case 0:
    case 1: {
      // Each of them hears what the others hear: without a bound they multiply.
      if (model.listeners.size > CROWD) return;
      const mounted = model.mountListener(board, 'in-callback', at);
      world.clock.after(dice.between(0, 5_000), () => mounted.leave());
      return;
    }
    case 2: {
      const passing = [...model.listeners].slice(3);
      if (passing.length === 0) return;
      reached.add('listener removed inside onEvent');
      return dice.pick(passing).leave();
    }
    case 3:
      if (model.client.outbox.get().pending > BUSY || model.commands.waiting > BUSY) return;
      reached.add('command sent inside onEvent');
      return model.send({ board: dice.between(1, swarm.boards), plan: 'publish', isOptimistic: swarm.deeds.has('optimistic') });
    default: {
      const view = model.mountView(board, dice.between(0, 2));
      world.clock.after(dice.between(0, 3_000), () => view.leave());
    }
  }
}

/** The server's own events. */
export function publishForAll(scene: Scene, isOver: () => boolean): void {
  const { world, server, swarm } = scene;
  const dice = createSeededDice(world.seed, 'events');
  const next = (): void => {
    world.clock.after(dice.exponential(swarm.publishEveryMs), () => {
      if (isOver()) return;
      const board = dice.chance(0.4) ? 1 : dice.between(1, swarm.boards);
      // Several in one tick, sometimes more than one frame holds.
      const count = dice.chance(0.05) ? dice.between(2, swarm.deeds.has('floods') ? 40 : 8) : 1;
      for (let i = 0; i < count; i++) server.publish(board, drawSize(dice, swarm.sizes));
      if (swarm.deeds.has('lists') && dice.chance(0.3)) server.change(dice.between(1, 2));
      next();
    });
  };
  next();
}
