/**
 * What a server of ours would answer, as far as a foreign one lets us know it. A private container, pure in its answers:
 * the same calls give the same effects; it holds no clock and no socket.
 *
 * - Events are numbered here, in an epoch of this socket: what came over another one cannot be gone on from.
 * - A lane exists on this socket only. A command that was sent over another one is not sent again: its outcome is unknown.
 */
import type { DialectCan } from '../core/protocol/dialect.js';
import type { ChannelPosition, ClientFrame, CommandFrame, ErrorFrame, ResponseFrame, ServerFrame, WantedChannel } from '../core/protocol/frames.js';
import { isSamePosition, type Position } from '../core/protocol/position.js';
import type { HeardErrorCode, Hearing, Saying } from './words.js';

/** What became of a saying. */
export type Said =
  | 'taken'
  /** The socket does not take it any more. */
  | 'refused'
  /** The dialect has no word for it: the server need not be told. */
  | 'unsayable'
  /** The dialect has a word, and it is broken. */
  | 'failed';

export type StandInEffect =
  | { readonly type: 'say'; readonly saying: Saying }
  | { readonly type: 'answer'; readonly frame: ServerFrame }
  | { readonly type: 'report'; readonly message: string };

export interface StandInState {
  /** The rooms above say something. */
  told(frame: ClientFrame): readonly StandInEffect[];
  /** What became of a `say` effect. */
  said(saying: Saying, how: Said): readonly StandInEffect[];
  /** @param wall - the wall clock, for people to read */
  heard(hearing: Hearing, wall: number): readonly StandInEffect[];
  /** The socket is going: nothing more can be sent over it. */
  gone(): void;
}

interface Joined {
  generation: number;
  /** Of the last event. */
  offset: number;
  /** What the newest subscription asked to go on from. */
  asked: Position | null;
  isLive: boolean;
}

/** Storage that is not known cannot be seen to change. */
const FENCE = 'foreign';
/** The built-in command that publishes. */
const PUBLISH = '$publish';
const NOTHING: readonly StandInEffect[] = [];
const CODES: readonly HeardErrorCode[] = ['invalid', 'rejected', 'forbidden', 'unsupported', 'timeout', 'too-large', 'unavailable', 'internal'];

const say = (saying: Saying): StandInEffect => ({ type: 'say', saying });
const answer = (frame: ServerFrame): StandInEffect => ({ type: 'answer', frame });

export function createStandInState({ can, epoch, pingMs }: { readonly can: DialectCan; readonly epoch: string; readonly pingMs: number }): StandInState {
  const channels = new Map<string, Joined>();
  /** Of queries without an answer: where the channels that they follow were when they were asked. */
  const stamps = new Map<string, readonly ChannelPosition[]>();
  /** Where a channel that is joined now begins: no offset of a former joining reaches so far. */
  let floor = 0;
  let link = 0;
  let isGone = false;

  function welcome(tag = ''): StandInEffect {
    const limits = { channels: 200, windowPerLane: 32, keepMs: 0 };
    return answer({ t: 'welcome', v: 1, link, node: '', tag, storage: 'memory', fence: FENCE, features: [], limits, ping: { visibleMs: pingMs, hiddenMs: pingMs } });
  }

  function join({ name, generation, position: asked = null }: Omit<WantedChannel, 'position'> & { readonly position?: Position | null }): readonly StandInEffect[] {
    const joined = channels.get(name);
    if (joined === undefined) {
      channels.set(name, { generation, offset: floor, asked, isLive: false });
      return [say({ t: 'subscribe', channel: name })];
    }
    joined.generation = generation;
    joined.asked = asked;
    // The server has it already, and would perhaps send everything twice if it were told again.
    return joined.isLive ? [subscribed(name, joined)] : NOTHING;
  }

  function subscribed(channel: string, joined: Joined): StandInEffect {
    const { generation, offset, asked } = joined;
    const position: Position = { epoch, offset };
    joined.isLive = true;
    const frame = { t: 'subscribed', channel, generation, events: [], position, more: false, fence: FENCE } as const;
    if (asked === null) return answer({ ...frame, state: 'live' });
    return answer(isSamePosition(asked, position) ? { ...frame, state: 'recovered' } : { ...frame, state: 'gap', reason: 'no-resume' });
  }

  function leave(name: string): boolean {
    const joined = channels.get(name);
    if (joined === undefined) return false;
    channels.delete(name);
    floor = Math.max(floor, joined.offset + 1);
    return true;
  }

  function command({ id, name, input, void: isVoid }: CommandFrame): readonly StandInEffect[] {
    // What was sent can neither be taken back nor asked about.
    if (isVoid === true) return ended(id, 'outcome-unknown');
    if (name !== PUBLISH) return [say({ t: 'command', id, name, input })];
    const { channel, name: event, data } = input as { readonly channel: string; readonly name: string; readonly data: unknown };
    return [say({ t: 'publish', id, channel, name: event, data })];
  }

  function told(frame: ClientFrame): readonly StandInEffect[] {
    switch (frame.t) {
      case 'hello':
        link = frame.link;
        return [say({ t: 'hello', token: frame.token ?? null })];
      case 'ping':
        return [say({ t: 'ping' })];
      case 'subscribe':
        return frame.channels.flatMap(join);
      case 'unsubscribe':
        return frame.channels.flatMap(({ name }) => (leave(name) ? [say({ t: 'unsubscribe', channel: name })] : []));
      case 'lane':
        // Asked for on a socket that is going, it would only be sent into the void.
        return isGone ? NOTHING : [answer({ t: 'lane', lane: frame.lane, last: frame.create === true ? 0 : null, fence: FENCE })];
      case 'command':
        return command(frame);
      case 'query':
        if (frame.stamp !== undefined) {
          stamps.set(frame.id, frame.stamp.map((channel) => ({ channel, epoch, offset: channels.get(channel)?.offset ?? floor })));
        }
        return [say({ t: 'query', id: frame.id, name: frame.name, input: frame.input })];
      case 'cancel':
        stamps.delete(frame.id);
        return NOTHING;
      case 'pong':
      // Its feature is not in our welcome.
      case 'publish':
        return NOTHING;
    }
  }

  function said(saying: Saying, how: Said): readonly StandInEffect[] {
    isGone ||= how === 'refused';
    switch (saying.t) {
      case 'hello':
        return can.greet || how === 'refused' ? NOTHING : [welcome()];
      case 'subscribe': {
        const joined = channels.get(saying.channel);
        const isLive = how === 'unsayable' || (how === 'taken' && !can.confirm);
        return joined !== undefined && isLive ? [subscribed(saying.channel, joined)] : NOTHING;
      }
      case 'query':
        return how === 'unsayable' || how === 'failed' ? ended(saying.id, 'unsupported') : NOTHING;
      case 'publish':
      case 'command':
        if (how === 'unsayable' || how === 'failed') return ended(saying.id, 'unsupported');
        // It was not sent, so that it may be sent over the next socket.
        if (how === 'refused') return ended(saying.id, 'lane-unknown');
        return can.acknowledge && saying.t === 'command' ? NOTHING : ended(saying.id, 'handed-over');
      case 'unsubscribe':
      case 'ping':
        return NOTHING;
    }
  }

  function heard(hearing: Hearing, wall: number): readonly StandInEffect[] {
    switch (hearing.t) {
      case 'welcome':
        return [welcome(hearing.tag)];
      case 'pong':
        return [answer({ t: 'pong', n: 0 })];
      case 'subscribed': {
        const joined = channels.get(hearing.channel);
        return joined === undefined || joined.isLive ? NOTHING : [subscribed(hearing.channel, joined)];
      }
      case 'unsubscribed': {
        const joined = channels.get(hearing.channel);
        if (joined === undefined) return NOTHING;
        leave(hearing.channel);
        return [answer({ t: 'unsubscribed', channel: hearing.channel, generation: joined.generation, reason: 'forbidden' })];
      }
      case 'event':
        return happened(hearing, wall);
      case 'response':
        return responded(hearing);
      case 'error':
        return failed(hearing);
    }
  }

  function happened({ channel, data, name = 'message' }: Hearing & { t: 'event' }, wall: number): readonly StandInEffect[] {
    const joined = channels.get(channel);
    if (joined === undefined) return NOTHING;
    // An event says it better than a confirmation that is missing.
    const first = joined.isLive ? NOTHING : [subscribed(channel, joined)];
    return [...first, answer({ t: 'events', channel, epoch, offset: ++joined.offset, events: [{ name, data, time: wall }] })];
  }

  function failed({ id, message, name, data, code = 'internal' }: Hearing & { t: 'error' }): readonly StandInEffect[] {
    if (id === undefined) return [{ type: 'report', message }];
    // Words that would end a lane are not the server's to say.
    const known = CODES.includes(code) ? code : 'internal';
    return over({ t: 'error', id: String(id), code: known, message, final: true, ...(name !== undefined && { name }), ...(data !== undefined && { data }) });
  }

  function responded({ id, result }: Hearing & { t: 'response' }): readonly StandInEffect[] {
    const positions = stamps.get(String(id));
    return over({ t: 'response', id: String(id), result, ...(positions !== undefined && { positions }) });
  }

  function ended(id: string, code: ErrorFrame['code']): readonly StandInEffect[] {
    return over({ t: 'error', id, code, message: '', final: true });
  }

  function over(frame: ResponseFrame | ErrorFrame): readonly StandInEffect[] {
    stamps.delete(frame.id);
    return [answer(frame)];
  }

  return {
    told,
    said,
    heard,
    gone() {
      isGone = true;
    },
  };
}
