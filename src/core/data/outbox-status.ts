/** What waits for an outcome, as a component sees it. Not here: the commands themselves (`queue/outbox.ts`). */
import type { Core, Feature } from '../feature.js';
import { OUTBOX, type Tracked } from '../queue/outbox.js';
import { createCell, type Readable } from './store.js';

/** A command that has no outcome yet; the same object until something about it changes. */
export interface OutboxCommand {
  /** That of its {@link Sent}. */
  readonly id: string;
  /** The contract's name of it; `$publish` is a kept client event. */
  readonly name: string;
  readonly input: unknown;
  /** `queued`: not on the wire yet. `sent`: it may be run by now. */
  readonly status: 'queued' | 'sent';
  /** Wall clock when it was sent into the outbox, ms since 1970. */
  readonly at: number;
  /** How often it went out; 0 while it is queued. */
  readonly attempt: number;
  /** Ends it if it was not run yet. */
  readonly cancel: () => void;
}

/** What waits for an outcome. Made once a flush, and only while somebody looks. */
export interface OutboxStatus {
  /** Commands without an outcome: those that are queued and those that are sent. */
  readonly pending: number;
  readonly queued: number;
  readonly sent: number;
  /** As they are sent, in bytes. */
  readonly bytes: number;
  /** Wall clock at which the oldest of them was sent into the outbox, ms since 1970; null: there is none. */
  readonly oldestAt: number | null;
  /** Whether they outlive the page. In this version they do not. */
  readonly isDurable: false;
  /** In the order in which they were sent. */
  readonly commands: readonly OutboxCommand[];
}

export const OUTBOX_STATUS: Feature<Readable<OutboxStatus>> = { rank: 4, create: (core) => ({ api: createOutboxStatus(core) }) };

function createOutboxStatus(core: Core): Readable<OutboxStatus> {
  const outbox = core.use(OUTBOX);
  /** Each command as it was last shown: the same object until its attempt is another one. */
  const shown = new WeakMap<Tracked, OutboxCommand>();
  const describe = (entry: Tracked): OutboxCommand => {
    const { at, attempt, command } = entry;
    const former = shown.get(entry);
    if (former?.attempt === attempt) return former;
    const { id, name, input } = command;
    const now: OutboxCommand = { id, name, input, status: attempt > 0 ? 'sent' : 'queued', at, attempt, cancel: () => outbox.cancel(id) };
    shown.set(entry, now);
    return now;
  };
  const cell = createCell<OutboxStatus>(core.flusher, (former) => {
    // The first snapshot is what a server has rendered: an empty outbox, however late this is built.
    const commands = former ? Array.from(outbox.commands.values(), describe) : [];
    const sent = commands.filter(({ status }) => status === 'sent').length;
    return { pending: commands.length, queued: commands.length - sent, sent, bytes: former ? outbox.bytes : 0, oldestAt: commands[0]?.at ?? null, isDurable: false, commands };
  });
  cell.changed();
  outbox.watch(cell.changed);
  return cell;
}
