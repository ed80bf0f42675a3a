/**
 * A person of the simulated world: the real client in a simulated tab, with the observers of everything that it is told.
 * Not here: when a person does what (`work.ts`), and what goes wrong (`faults.ts`).
 * Long because each thing that an application can do with a client is an action of its own.
 */
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import { upsert } from '../../src/contract/index.js';
import type { Position } from '../../src/core/protocol/position.js';
import { RealtimeError } from '../../src/core/errors.js';
import { createSeededDice, type SeededDice } from '../../src/testing/seeded-dice.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createCommandObserver, type CommandObserver } from './command-observer.js';
import type { Complaints } from './complaints.js';
import { boardName, contract, HOST, listName, padding, type Item, type Plan } from './contract.js';
import { createListenerObserver, type ListenerObserver } from './listener-observer.js';
import type { ModelServer } from './model-server.js';
import { createPlaces, type Places } from './places.js';
import type { Reached } from './sometimes.js';
import { drawSize, type Swarm } from './swarm.js';
import type { Truth } from './truth.js';
import { createViewObserver, type BoardView, type Fold, type ViewObserver } from './view-observer.js';
import { watchWire, type WireObserver } from './wire-observer.js';

/** What all people of a world share. */
export interface Scene {
  readonly world: SimulatedWorld;
  readonly server: ModelServer;
  readonly swarm: Swarm;
  readonly truth: Truth;
  readonly complaints: Complaints;
  readonly reached: Reached;
  /** Views with a deep history, a short one, and none. */
  readonly views: readonly { readonly ref: BoardView; readonly history: number }[];
  /** Faults are over. */
  readonly isHealed: () => boolean;
}

export interface Mounted {
  readonly observer: ListenerObserver;
  readonly isRefused: () => boolean;
  resync(): void;
  leave(): void;
}

interface MountedView {
  readonly observer: ViewObserver;
  readonly get: () => ReturnType<ReturnType<RealtimeClient['view']>['get']>;
  resync(): void;
  leave(): void;
}

interface MountedQuery {
  readonly list: number;
  readonly handle: ReturnType<RealtimeClient['liveQuery']>;
  errorSince: number | null;
  leave(): void;
}

export interface ClientModel {
  readonly name: string;
  readonly principal: string;
  readonly outside: SimulatedClient;
  readonly client: RealtimeClient;
  readonly wire: WireObserver;
  readonly commands: CommandObserver;
  readonly listeners: ReadonlySet<Mounted>;
  readonly counts: { events: number; gaps: number; queries: number };
  /** A fault that meets each socket when it opens. */
  readonly hooks: { onOpened: (() => void) | null };
  /** While it is bad, the token takes its time, and sometimes there is none. */
  readonly token: { isBad: boolean };
  /** The person has pressed disconnect. */
  readonly isAway: boolean;
  mountListener(board: number, how?: 'in-callback', inside?: Position): Mounted;
  mountView(board: number, which: number): MountedView;
  mountQuery(list: number): MountedQuery;
  send(how: { readonly board: number; readonly plan: Plan; readonly isAside?: boolean; readonly isOptimistic?: boolean; readonly cancelAfterMs?: number }): void;
  put(list: number, isOptimistic: boolean): void;
  ask(size: number): void;
  wave(board: number): void;
  reconnect(): void;
  disconnect(): void;
  setUser(principal: string): void;
  /** The next token is another user's, and nobody tells the client. */
  changeToken(principal: string): void;
  /** Asks to be let in again wherever the server has refused, and asks failed queries again. */
  letIn(): void;
  /** Looks at what lasts too long. */
  check(): void;
  checkRest(): void;
  dispose(): void;
}

/** An optimistic update goes within this after its outcome, on a good connection. */
const EDIT_MS = 15_000;
const PENDING = 'pending:';
/** With these, answers of several parts wait in the server until there are too many. */
const SLOW_ROADS: ReadonlySet<string> = new Set(['slow', 'window', 'weather', 'stall', 'partition', 'away', 'half-open', 'one-way', 'sleep']);
const PATIENCE_MS = [600_000, 12_000, 3_000];

export function createClientModel(scene: Scene, name: string, givenPrincipal: string, life: number, inCallback: (model: ClientModel, board: number, at: Position, dice: SeededDice) => void): ClientModel {
  const { world, server, swarm, truth, complaints, reached } = scene;
  const outside = world.client(name);
  const dice = createSeededDice(world.seed, `deeds of ${name} ${life}`);
  const callbackDice = createSeededDice(world.seed, `callbacks of ${name} ${life}`);
  const commandMs = dice.pick(PATIENCE_MS);
  const now = (): number => world.clock.now();
  const places: Places = createPlaces();
  const listeners = new Set<Mounted>();
  const views = new Set<MountedView>();
  const queries = new Set<MountedQuery>();
  const questions = { open: 0 };
  const counts = { events: 0, gaps: 0, queries: 0 };
  const presses: number[] = [];
  const restarts = new Map<string, number>();
  /** Holes that a person has acknowledged: `resync` of a refused view clears the gap and keeps the state. By board and view. */
  const acknowledged = new Map<string, string>();
  const joiningAt = new Map<string, number>();
  let principal = givenPrincipal;
  let token = givenPrincipal;
  /** What the server calls the user, or setUser has since. */
  let tag: string | null = null;
  let said: string | null = null;
  let isAway = false;
  let isDisposed = false;
  let serial = 0;
  let steadySince = Infinity;
  let flushedAt = -Infinity;
  let stoppedSince: number | null = null;

  const forget = (): void => {
    places.forget();
    commands.abandon();
    flushedAt = now();
    for (const query of queries) query.errorSince = null;
  };

  const hooks: ClientModel['hooks'] = { onOpened: null };
  const wire = watchWire({
    outside,
    size: swarm.pool.size,
    places,
    complaints,
    reached,
    losses: () => server.losses,
    newestConnection: () => world.network.connections({ client: name }).at(-1)?.id ?? 0,
    after: (ms, run) => void world.clock.after(ms, run),
    onOpened: () => hooks.onOpened?.(),
    onWelcome(welcomed) {
      if (tag !== null && tag !== welcomed) {
        reached.add('user changed by the server');
        forget();
      }
      tag = principal = welcomed;
    },
    isWanted: (channel) => [...listeners].some(({ observer, isRefused }) => observer.channel === channel && !isRefused()) && places.refusedAt(channel) < now() - 2_000,
    hasRun(id) {
      const command = commands.find(id);
      return command !== undefined && server.runs(command.tag).some(({ end }) => end === 'returned' || end === 'rejected');
    },
    pressedSince: (at) => presses.filter((pressed) => pressed >= at).length,
  });
  const commands: CommandObserver = createCommandObserver({ who: name, now, server, truth, swarm, knownLosses: () => wire.knownLosses, wasSent: (id) => wire.wasSent(id), errorCode: (id) => wire.errorCode(id), complaints, reached });

  const fetching = { isBad: false };
  const fetchBadly = async (): Promise<string> => {
    await new Promise<void>((done) => void world.clock.after(dice.between(0, 2_000), done));
    if (dice.chance(0.4)) throw new Error('no token now');
    return token;
  };
  const mayBeRefused = swarm.faults.some((fault) => fault === 'failing-auth' || fault === 'bad-token' || fault === 'close-user' || fault === 'other-token');
  const client = createClient({
    url: `ws://${HOST}/realtime`,
    contract,
    auth: () => (fetching.isBad ? fetchBadly() : token),
    world: wire.world,
    pool: swarm.pool,
    bounds: { outboxCommands: swarm.outboxCommands, overflow: swarm.overflow },
    timings: { commandMs, queryMs: swarm.queryMs, channelLeaseMs: swarm.retainMs, backoff: { capMs: 5_000 } },
    onError(error) {
      if (error.code === 'unauthorized' && mayBeRefused) return reached.add('told unauthorized');
      if (wire.closes.at(-1)?.code === 4404) return complaints.add('replaced-by-own-socket', name, `was told ${error.code} after 4404: an older socket of its own was greeted late`);
      complaints.add('stray-error', name, `${error.code} ${error.message} ${String(error.cause ?? '')}`);
    },
  });
  const stops = [client.hold()];

  const model: ClientModel = {
    name,
    get principal() {
      return principal;
    },
    outside,
    client,
    wire,
    commands,
    listeners,
    counts,
    hooks,
    token: fetching,
    get isAway() {
      return isAway;
    },
    mountListener(board, how, inside) {
      const channel = boardName(board);
      let mountedAs: 'live' | 'away' | 'joining' | 'in-callback' = how ?? 'live';
      const observer = createListenerObserver({ who: name, channel, how: () => mountedAs, inside: inside ?? null, now, truth, places, complaints });
      const tap = client.channel(contract.channels.board, { id: board }).tap({
        onEvent(event) {
          counts.events++;
          observer.onEvent(event);
          if (swarm.deeds.has('callbacks') && !isDisposed && callbackDice.chance(0.03)) inCallback(model, board, { epoch: event.epoch, offset: event.offset }, callbackDice);
        },
        onGap(gap) {
          counts.gaps++;
          reached.addSeen(`gap: ${gap.reason}`);
          observer.onGap(gap);
          if (!swarm.deeds.has('callbacks') || !callbackDice.chance(0.3)) return;
          reached.add('resync inside onGap');
          tap.resync();
        },
        onVolatile() {},
      });
      const stop = tap.subscribe(() => {});
      if (how === undefined) {
        const { liveStatus } = tap.get();
        mountedAs = liveStatus === 'live' ? 'live' : wire.isReady ? 'joining' : 'away';
        if (mountedAs !== 'live') reached.add(`listener mounted while ${mountedAs}`);
      } else reached.add('listener mounted inside onEvent');
      const mounted: Mounted = {
        observer,
        isRefused: () => tap.get().error !== null,
        resync: () => tap.resync(),
        leave() {
          if (!listeners.delete(mounted)) return;
          stop();
          observer.leave();
        },
      };
      listeners.add(mounted);
      return mounted;
    },
    mountView(board, which) {
      const { ref, history } = scene.views[which] as Scene['views'][number];
      const key = `${board} ${which}`;
      const view = client.view(ref, { id: board });
      const observer = createViewObserver({ who: name, board, history, now, flushedAt: () => flushedAt, restartedAt: () => restarts.get(key) ?? -Infinity, acknowledged: () => acknowledged.get(key) ?? '', truth, complaints, reached });
      const stop = view.subscribe(() => observer.onChange(view.get()));
      const mounted: MountedView = {
        observer,
        get: view.get as MountedView['get'],
        resync() {
          restarts.set(key, now());
          const { data, gap } = view.get();
          if (gap !== null) acknowledged.set(key, data.hole);
          view.resync();
        },
        leave() {
          if (views.delete(mounted)) stop();
        },
      };
      views.add(mounted);
      return mounted;
    },
    mountQuery(list) {
      const handle = client.liveQuery(contract.queries.items, { list }, { channel: contract.channels.list, params: { id: list }, apply: (data, event) => upsert('id')(data, event as { data: Item }) });
      const stop = handle.subscribe(() => {
        const { status, error } = handle.get();
        mounted.errorSince = status !== 'error' ? null : mounted.errorSince ?? now();
        if (error?.code === 'timeout') reached.add('query timed out');
        if (error?.code === 'forbidden') reached.add('query forbidden');
      });
      const mounted: MountedQuery = {
        list,
        handle,
        errorSince: null,
        leave() {
          if (queries.delete(mounted)) stop();
        },
      };
      queries.add(mounted);
      return mounted;
    },
    send({ board, plan, isAside = false, isOptimistic = false, cancelAfterMs }) {
      const ownTag = `${name}${life}:${++serial}`;
      const size = plan === 'report' ? 500 + dice.between(0, 8_000) : drawSize(dice, swarm.sizes);
      const ref = isAside ? contract.commands.aside : contract.commands.post;
      flushedAt = isOptimistic ? now() : flushedAt;
      const input = { tag: ownTag, plan, board, size, pad: dice.chance(0.02) ? padding(dice.between(0, 20_000)) : '' };
      const sent = client.send(ref, input, isOptimistic ? { optimistic: (local, _, id) => scene.views.forEach((view) => local.view(view.ref, { id: board }, (state: Fold) => ({ ...state, pending: [...state.pending, id] }))) } : undefined);
      const command = commands.add({ id: sent.id, tag: ownTag, lane: ref.lane, plan, size, commandMs, isOptimistic }, sent.result);
      if (isOptimistic && plan === 'reject') reached.add('optimistic update of a rejected command');
      if (cancelAfterMs === undefined) return;
      world.clock.after(cancelAfterMs, () => {
        if (isDisposed || command.ending !== 'pending') return;
        command.cancelledAt = now();
        sent.cancel();
      });
    },
    put(list, isOptimistic) {
      const ownTag = `${name}${life}:${++serial}`;
      flushedAt = isOptimistic ? now() : flushedAt;
      const input = { tag: ownTag, list, id: `i${dice.between(1, 12)}`, pad: padding(drawSize(dice, swarm.sizes)) };
      const sent = client.send(
        contract.commands.put,
        input,
        isOptimistic ? { optimistic: (local, _, id) => local.query(contract.queries.items, { list }, (items) => [...items, { id: `${PENDING}${id}`, version: 0, pad: '' }]) } : undefined,
      );
      commands.add({ id: sent.id, tag: ownTag, lane: contract.commands.put.lane, plan: 'publish', size: 0, commandMs, isOptimistic }, sent.result);
    },
    ask(size) {
      const at = now();
      questions.open++;
      counts.queries++;
      client.query(contract.queries.echo, { size }).then(
        (text) => {
          questions.open--;
          reached.add('query answered');
          if (text.length !== size) complaints.add('query-wrong', name, `asked for ${size} characters and got ${text.length}`);
        },
        (error: unknown) => {
          questions.open--;
          const code = error instanceof RealtimeError ? error.code : String(error);
          if (code === 'timeout') reached.add('query timed out');
          // On a slow road long answers wait in the server, and those that wait behind them for too long are refused.
          const mayWait = now() - server.troubledAt < 10_000 || swarm.faults.some((fault) => SLOW_ROADS.has(fault));
          const isLate = code === 'timeout' && Math.ceil(now() - at) >= swarm.queryMs;
          const isExplained = isLate || code === 'cancelled' || (mayWait && (code === 'unavailable' || code === 'timeout')) || (code === 'disposed' && isDisposed);
          if (!isExplained) complaints.add('query-wrong', name, `a query ended ${code} after ${now() - at} ms`);
        },
      );
    },
    wave: (board) => void client.channel(contract.channels.board, { id: board }).publish('wave', { n: board }),
    reconnect() {
      reached.add(wire.isConnecting ? 'reconnect pressed while connecting' : 'reconnect pressed while ready');
      presses.push(now());
      if (isAway) reached.add('disconnected and reconnected by hand');
      isAway = false;
      client.reconnect();
    },
    disconnect() {
      isAway = true;
      client.disconnect();
    },
    setUser(next) {
      token = next;
      // To the client that is no other user: it said so last, or the server does.
      const isSame = next === said || next === tag;
      said = next;
      if (isSame) return client.setUser(next);
      reached.add('user changed by setUser');
      tag = principal = next;
      presses.push(now());
      forget();
      client.setUser(next);
    },
    changeToken(next) {
      token = next;
    },
    letIn() {
      for (const mounted of listeners) {
        if (!mounted.isRefused()) continue;
        reached.add('let in again by resync');
        mounted.resync();
      }
      for (const view of views) if (view.get().error !== null) view.resync();
      for (const { handle } of queries) {
        const { error, isStale, fetchStatus } = handle.get();
        // A time limit that has passed once is the library's to mend.
        if ((error !== null && error.code !== 'timeout') || (error === null && isStale && fetchStatus === 'idle')) handle.refetch();
      }
    },
    check() {
      const { status, reason } = client.connection.get();
      if (status !== 'connected' || outside.isAsleep) steadySince = Infinity;
      else if (steadySince === Infinity) steadySince = now();
      for (const view of views) {
        const snapshot = view.get() as never;
        if (!outside.isAsleep) view.observer.check(snapshot);
        checkEdits(boardName(view.observer.board), (view.get().data as Fold).pending, `the view of board ${view.observer.board}`);
      }
      for (const { list, handle } of queries) {
        const items = handle.get().data as readonly Item[] | undefined;
        // What is being asked again keeps what is shown until the answer.
        if (handle.get().fetchStatus === 'idle') checkEdits(listName(list), (items ?? []).filter(({ id }) => id.startsWith(PENDING)).map(({ id }) => id.slice(PENDING.length)), `the query of list ${list}`);
      }
      const isStopped = status === 'disconnected' && !isAway && reason?.kind !== 'unauthorized' && reason?.code !== 4404;
      stoppedSince = isStopped ? stoppedSince ?? now() : null;
      if (stoppedSince !== null && now() - stoppedSince > 5_000) {
        complaints.add('stopped-without-reason', name, `has been disconnected (${reason?.kind} ${reason?.code}) for 5 s`);
        stoppedSince = Infinity;
      }
    },
    checkRest() {
      const { status, reason } = client.connection.get();
      // One delay with a tail is as long as a dead link takes to be noticed.
      if (status === 'reconnecting' && swarm.tailChance > 0 && now() - (wire.closes.at(-1)?.at ?? -Infinity) < 5_000) return;
      if (status !== 'connected') return complaints.add(reason?.code === 4404 ? 'replaced-by-own-socket' : 'rest-connection', name, `is ${status} (${reason?.kind} ${reason?.code}) at rest`);
      for (const { observer } of listeners) observer.checkRest();
      for (const view of views) {
        view.observer.checkRest(view.get() as never);
        const late = (view.get().data as Fold).pending.filter((id) => commands.find(id)?.ending !== 'pending');
        if (late.length > 0) complaints.add('edit-outlives-outcome', name, `the view of board ${view.observer.board} shows ${late.length} optimistic updates at rest whose commands have ended`);
      }
      for (const query of queries) checkQueryRest(query);
      if (questions.open > 0) complaints.add('query-wrong', name, `${questions.open} queries have no answer at rest`);
      const { pending } = client.outbox.get();
      if (pending > 0) complaints.add('rest-outbox', name, `has ${pending} commands in the outbox at rest`);
      commands.checkRest();
    },
    dispose() {
      isDisposed = true;
      commands.abandon();
      for (const mounted of [...listeners]) mounted.leave();
      for (const view of [...views]) view.leave();
      for (const query of [...queries]) query.leave();
      for (const stop of stops) stop();
      client.dispose();
    },
  };

  /** A channel that is still being joined has not come to what the outcome names. */
  function checkEdits(channel: string, ids: readonly string[], where: string): void {
    if (wire.isJoining(channel)) joiningAt.set(channel, now());
    if (ids.length > 0) reached.add('optimistic update shown');
    for (const id of ids) {
      const command = commands.find(id);
      if (command === undefined || command.ending === 'pending' || !command.isOptimistic) continue;
      const since = Math.max(command.endedAt, steadySince, joiningAt.get(channel) ?? 0);
      if (now() - since <= EDIT_MS) continue;
      complaints.add('edit-outlives-outcome', name, `${where} still shows the update of ${command.tag}, which ended ${command.ending} ${now() - command.endedAt} ms ago`);
      command.isOptimistic = false;
    }
  }

  function checkQueryRest({ list, handle }: MountedQuery): void {
    const { status, error, data, isStale, fetchStatus } = handle.get();
    const where = `the query of list ${list}`;
    if (status === 'error') return complaints.add('query-error-stays', name, `${where} is still in error (${error?.code}) at rest`);
    const shown = [...((data ?? []) as readonly Item[])].map(({ id, version }) => `${id}/${version}`).sort();
    const stored = truth.items(listName(list)).map(({ id, version }) => `${id}/${version}`).sort();
    if (shown.some((id) => id.startsWith(PENDING))) complaints.add('edit-outlives-outcome', name, `${where} shows an optimistic update at rest`);
    else if (status !== 'success' || shown.join() !== stored.join()) complaints.add('query-stuck', name, `${where} is ${status}, ${fetchStatus}${isStale ? ', stale' : ''}, and differs from the server at rest`);
  }

  return model;
}
