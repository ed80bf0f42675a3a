/**
 * One seed, one world: a quiet start, faults, healing, rest, and the end. Every invariant is checked on the way, at rest and after dispose.
 * `simulate` is long because its steps share the people of the world, who come and go.
 */
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';
import { createClientModel, type ClientModel, type Scene } from './client-model.js';
import { createComplaints, textOf, type Complaint } from './complaints.js';
import { createFaults } from './faults.js';
import { createModelServer } from './model-server.js';
import { createReached } from './sometimes.js';
import { drawSwarm, swarmText } from './swarm.js';
import { createTruth } from './truth.js';
import { defineBoardView } from './view-observer.js';
import { actInCallback, publishForAll, settleDown, work } from './work.js';

export interface WorldOptions {
  readonly seed: number;
  /** These kinds of faults, instead of a drawn subset. */
  readonly only?: readonly string[];
  readonly chaosMs?: number;
  readonly traceLines?: number;
}

/** What a world came to. */
export interface WorldResult {
  readonly seed: number;
  readonly hash: string;
  /** Empty is good. */
  readonly complaints: readonly Complaint[];
  readonly reached: readonly string[];
  readonly counts: Readonly<Record<'events' | 'stored' | 'commands' | 'queries' | 'faults' | 'gaps' | 'sockets' | 'virtualMs', number>>;
  /** Seed, faults and the last lines, up to the first complaint. */
  readonly report: string;
}

const WARM_MS = 1_500;
const CHAOS_MS = 45_000;
/** Everything that is wanted comes to rest within this, once the faults end. */
const REST_MS = 40_000;
/** Events go on for so long after the faults. */
const EPILOGUE_MS = 22_000;
const CHECK_EVERY_MS = 1_000;
/** How many complaints of a kind a report has. */
const EXAMPLES = 3;
/** Who asks for more lines than this wants the whole trace, not its end before the first complaint. */
const WHOLE = 1_000;

/** Some of each kind, in the order of time. */
function firstOfEachKind(found: readonly Complaint[]): Complaint[] {
  const seen = new Map<string, number>();
  return found.filter(({ kind }) => {
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count <= EXAMPLES;
  });
}

const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));

export async function simulate({ seed, only, chaosMs = CHAOS_MS, traceLines = 60 }: WorldOptions): Promise<WorldResult> {
  const swarm = drawSwarm(seed, only);
  const world = createSimulatedWorld({ seed, traceLines, network: { tailChance: swarm.tailChance } });
  const { clock } = world;
  let firstLines = '';
  const complaints = createComplaints(clock, () => (firstLines = world.failureReport()));
  const reached = createReached();
  const truth = createTruth(clock);
  const server = createModelServer(world, swarm, truth, reached);
  let isHealed = false;
  const scene: Scene = {
    world,
    server,
    swarm,
    truth,
    complaints,
    reached,
    views: [...swarm.histories, 0].map((history) => ({ ref: defineBoardView(truth, history), history })),
    isHealed: () => isHealed,
  };
  const totals = { events: 0, commands: 0, queries: 0, gaps: 0, sockets: 0 };
  const models: ClientModel[] = [];
  const lives = new Map<string, number>();
  const count = (model: ClientModel): void => {
    totals.events += model.counts.events;
    totals.gaps += model.counts.gaps;
    totals.queries += model.counts.queries;
    totals.commands += model.commands.all.length;
    totals.sockets += model.wire.opened;
  };
  const enter = (name: string, principal: string): void => {
    const life = (lives.get(name) ?? 0) + 1;
    lives.set(name, life);
    const model = createClientModel(scene, name, principal, life, (own, board, at, dice) => actInCallback(scene, own, board, at, dice));
    models.push(model);
    settleDown(scene, model, models.length - 1);
  };
  const retire = async (model: ClientModel): Promise<void> => {
    const { name, outside, commands } = model;
    models.splice(models.indexOf(model), 1);
    model.dispose();
    count(model);
    await settle();
    if (outside.pending > 0) complaints.add('leftover', name, `${outside.pending} timers remain after dispose`);
    if (outside.watchers > 0) complaints.add('leftover', name, `${outside.watchers} watchers remain after dispose`);
    if (model.wire.open > 0) complaints.add('leftover', name, `${model.wire.open} sockets remain after dispose`);
    for (const { tag, ending } of commands.all) if (ending === 'pending') complaints.add('leftover', name, `command ${tag} has no outcome after dispose`);
  };
  const reload = (model: ClientModel): void => {
    const { name, principal } = model;
    void retire(model).then(() => enter(name, principal));
  };

  const cases = new Set<string>();
  // Where the machines are built to note their cases (scripts/sim.mjs), they note them here.
  (globalThis as { holdfastSeen?: Set<string> }).holdfastSeen = cases;
  server.start();
  for (const { name, principal } of swarm.people) enter(name, principal);
  for (const { name } of swarm.people) work(scene, () => models, name);
  publishForAll(scene, () => clock.now() > WARM_MS + chaosMs + EPILOGUE_MS);
  (function check(): void {
    clock.after(CHECK_EVERY_MS, () => {
      for (const model of models) model.check();
      check();
    });
  })();

  await clock.run(WARM_MS, settle);
  const faults = createFaults(scene, () => models, reload);
  await clock.run(WARM_MS + chaosMs, settle);
  faults.end();
  isHealed = true;
  // People press what they would press; then the library has to come to rest by itself.
  for (const afterMs of [0, 3_000, 8_000, 13_000]) {
    await clock.run(WARM_MS + chaosMs + afterMs, settle);
    for (const model of models) {
      const { status, reason } = model.client.connection.get();
      if (model.isAway || (status === 'disconnected' && reason?.kind === 'unauthorized')) model.reconnect();
      model.letIn();
    }
  }
  await clock.run(WARM_MS + chaosMs + EPILOGUE_MS, settle);
  // One event more on each board, so that everybody has something to be told.
  const last = createSeededDice(seed, 'last');
  for (let board = 1; board <= swarm.boards; board++) server.publish(board, last.between(10, 100));
  await clock.run(WARM_MS + chaosMs + REST_MS, settle);
  for (const model of models) model.checkRest();
  for (const model of [...models]) await retire(model);
  await clock.run(clock.now() + 2_000, settle);

  const found = complaints.all;
  return {
    seed,
    hash: world.trace.hash,
    complaints: found,
    reached: [...reached.names, ...cases],
    counts: { ...totals, stored: truth.count, faults: faults.count, virtualMs: clock.now() },
    report: [swarmText(swarm), ...firstOfEachKind(found).map(textOf), `${found.length} complaints in all`, firstLines === '' || traceLines > WHOLE ? world.failureReport() : firstLines].join('\n').replaceAll(/\.{40,}/g, (dots) => `…${dots.length}…`),
  };
}
