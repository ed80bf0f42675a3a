/**
 * Checks what each channel listener was told: contiguous from its mount on, or a gap before the next event, and no gap without
 * a hole. Long because the rules for a listener's first event and for its next ones are judged by the same state.
 */
import type { ListenerRecord, Published } from '../record.js';
import type { Complaints } from './complaints.js';
import type { ChannelTruth, Truth } from './truth.js';

interface Place {
  readonly epoch: string;
  readonly offset: number;
}

interface Listener {
  readonly name: string;
  readonly channel: string;
  readonly client: string;
  /** The last event that was delivered. */
  last: Place | null;
  /** Where it may begin, by what the other listeners of its client had when it was mounted. */
  readonly begins: { readonly epoch: string; readonly from: number; readonly to: number } | null;
  /** A gap was told, and no event since. */
  gap: Extract<ListenerRecord, { k: 'gap' }> | null;
  liveAt: number | null;
}

export interface ListenerCheck {
  take(record: ListenerRecord): void;
  /** At rest: what is mounted stands at the top. */
  rest(client: string, listeners: readonly string[]): void;
  readonly delivered: number;
  readonly gaps: Readonly<Record<string, number>>;
  readonly mounts: Readonly<Record<string, number>>;
}

export interface Retention {
  /** Events that the server keeps of a channel, whatever their size. */
  readonly events: number;
  readonly ms: number;
}

export function createListenerCheck(truth: Truth, retention: Retention, complaints: Complaints): ListenerCheck {
  const listeners = new Map<string, Listener>();
  /** By client and channel. */
  const groups = new Map<string, Set<Listener>>();
  const gaps: Record<string, number> = {};
  const mounts: Record<string, number> = {};
  let delivered = 0;

  const truthOf = new Map<string, ChannelTruth>();
  const channelOf = (name: string): ChannelTruth => {
    const found = truthOf.get(name) ?? truth.channel(name);
    truthOf.set(name, found);
    return found;
  };
  const groupOf = (client: string, channel: string): Set<Listener> => {
    const key = `${client} ${channel}`;
    const found = groups.get(key) ?? new Set();
    groups.set(key, found);
    return found;
  };

  function mount({ c, l, channel, where }: Extract<ListenerRecord, { k: 'mount' }>): void {
    const group = groupOf(c, channel);
    listeners.set(l, { name: l, channel, client: c, last: null, begins: placeBeside(group), gap: null, liveAt: null });
    group.add(listeners.get(l) as Listener);
    mounts[where] = (mounts[where] ?? 0) + 1;
  }

  function deliver(listener: Listener, { e, o, id, b, t }: Extract<ListenerRecord, { k: 'deliver' }>): void {
    delivered += 1;
    const { name, channel, last } = listener;
    const real = channelOf(channel).find(e, o);
    const at = `${name} on ${channel} at ${e}/${o}`;
    if (real === undefined || real.id !== id || real.bytes !== b) return complaints.add('false event', `${at} was given ${id} with ${b} bytes, the storage has ${real?.id ?? 'nothing'} with ${real?.bytes ?? 0}`);
    if (real.t > t) complaints.add('false event', `${at} came before it was published`);
    if (last === null) judgeFirst(listener, real, at);
    else if (!judgeNext(listener, last, real, at)) return;
    listener.last = { epoch: e, offset: o };
    listener.gap = null;
  }

  /** False: it was there already, and changes nothing. */
  function judgeNext({ gap, channel }: Listener, last: Place, { epoch, offset }: Published, at: string): boolean {
    const known = channelOf(channel);
    const before = `after ${last.epoch}/${last.offset}`;
    const isSame = epoch === last.epoch;
    const isBack = isSame ? offset <= last.offset : (known.epoch(epoch)?.index ?? 0) < (known.epoch(last.epoch)?.index ?? 0);
    if (isBack) complaints.add(isSame && offset === last.offset ? 'twice' : 'again', `${at} ${before}`);
    else if (gap === null && !isSame) complaints.add('missing', `${at} ${before}: another epoch without a gap`);
    else if (gap === null && offset > last.offset + 1) complaints.add('missing', `${at} ${before} without a gap`);
    else if (gap !== null && isSame && offset === last.offset + 1) complaints.add('spurious gap', `${at} ${before}: '${gap.reason}' was told, and nothing is missing`);
    else if (gap !== null && isSame) judgeMissed(channel, gap, last, offset, at);
    return !isBack;
  }

  function judgeMissed(channel: string, { missed, t, reason }: Extract<ListenerRecord, { k: 'gap' }>, last: Place, next: number, at: string): void {
    if (missed !== null && (missed[0] !== last.offset + 1 || missed[1] >= next)) complaints.add('wrong missed', `${at} after ${last.offset}: told that ${missed[0]} to ${missed[1]} are missing`);
    const since = (channelOf(channel).epoch(last.epoch)?.events ?? []).slice(last.offset).filter((event) => event.t <= t);
    const isKept = since.length < retention.events / 2 && since.every((event) => t - event.t < retention.ms / 2);
    if (isKept) complaints.add('needless gap', `${at} after ${last.offset}: '${reason}' was told, and the server kept all ${since.length} events`);
  }

  /** Nothing that it had to hear may have been published before the first event that it heard. */
  function judgeFirst({ begins, liveAt, gap, channel }: Listener, { epoch, offset }: Published, at: string): void {
    if (begins?.epoch === epoch && gap === null) {
      if (offset < begins.from) complaints.add('before its mount', `${at}: the channel stood at ${begins.from - 1} or later`);
      if (offset > begins.to) complaints.add('missing since its mount', `${at}: the channel stood at ${begins.to - 1} or earlier`);
    } else if (begins !== null && begins.epoch !== epoch && gap === null) complaints.add('missing since its mount', `${at}: the channel stood in epoch ${begins.epoch}, and no gap was told`);
    else if (begins?.epoch === epoch && gap !== null && begins.from === begins.to && offset === begins.from) complaints.add('spurious gap', `${at}, the first: '${gap.reason}' was told, and nothing is missing`);
    if (liveAt === null || gap !== null) return;
    const { find, epochs, epoch: named } = channelOf(channel);
    const previous = find(epoch, offset - 1) ?? epochs[(named(epoch)?.index ?? 0) - 1]?.events.at(-1);
    if (previous !== undefined && previous.t > liveAt) complaints.add('missing since its mount', `${at}: ${previous.epoch}/${previous.offset} was published when it was live already`);
  }

  function tell(listener: Listener, record: Extract<ListenerRecord, { k: 'gap' }>): void {
    gaps[record.reason] = (gaps[record.reason] ?? 0) + 1;
    if (listener.gap !== null) complaints.add('second gap', `${listener.name} on ${listener.channel} was told '${listener.gap.reason}' and '${record.reason}' with no event between`);
    listener.gap = record;
  }

  return {
    take(record) {
      if (record.k === 'mount') return mount(record);
      const listener = listeners.get(record.l);
      if (listener === undefined) return complaints.add('unmounted', `${record.l} was told '${record.k}' and is not mounted`);
      if (record.k === 'deliver') deliver(listener, record);
      else if (record.k === 'gap') tell(listener, record);
      else if (record.k === 'live') listener.liveAt = record.t;
      else {
        listeners.delete(record.l);
        groupOf(listener.client, listener.channel).delete(listener);
      }
    },
    rest(client, names) {
      for (const name of names) {
        const listener = listeners.get(name);
        const top = listener && channelOf(listener.channel).top;
        if (listener === undefined || top === undefined) complaints.add('not at the top', `${name} of ${client} is not known, or its channel is empty`);
        else if (listener.last?.epoch !== top.epoch || listener.last.offset !== top.offset) {
          complaints.add('not at the top', `${name} on ${listener.channel} stands at ${listener.last?.epoch}/${listener.last?.offset}, the top is ${top.epoch}/${top.offset}`);
        }
      }
    },
    get delivered() {
      return delivered;
    },
    gaps,
    mounts,
  };
}

/** A listener's place is where the channel stands when it is mounted. Null: what the others have does not tell it. */
function placeBeside(group: ReadonlySet<Listener>): Listener['begins'] {
  const places: Place[] = [];
  for (const { last, gap } of group) {
    if (last === null || gap !== null) return null;
    places.push(last);
  }
  const [first] = places;
  if (first === undefined || places.some(({ epoch }) => epoch !== first.epoch)) return null;
  const offsets = places.map(({ offset }) => offset);
  return { epoch: first.epoch, from: Math.min(...offsets) + 1, to: Math.max(...offsets) + 1 };
}
