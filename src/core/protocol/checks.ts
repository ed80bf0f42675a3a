/**
 * The client's hand-written checks of what a server says: the same answers as `schemas.ts` (a property test
 * compares them), at a fiftieth of the size.
 */
import type { Check } from './codec.js';
import type { ServerFrame } from './frames.js';
import { EPOCH_LENGTH, FENCE_LENGTH } from './limits.js';

type Fields = Readonly<Record<string, unknown>>;
type Rule = (value: unknown) => boolean;
type Rules = Readonly<Record<string, Rule>>;

const isText: Rule = (value) => typeof value === 'string';
const isBoolean: Rule = (value) => typeof value === 'boolean';
const isCount: Rule = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isMs: Rule = (value) => Number.isFinite(value) && (value as number) >= 0;
const isTextUpTo =
  (length: number): Rule =>
  (value) =>
    isText(value) && (value as string).length <= length;
const may =
  (isGood: Rule): Rule =>
  (value) =>
    value === undefined || isGood(value);
const listOf =
  (isGood: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.every(isGood);
const oneOf =
  (...words: readonly unknown[]): Rule =>
  (value) =>
    words.includes(value);

/** The first field that is wrong. */
const wrongField = (rules: Rules, fields: Fields): string | undefined => Object.keys(rules).find((field) => !rules[field]?.(fields[field]));
const recordOf =
  (rules: Rules): Rule =>
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && wrongField(rules, value as Fields) === undefined;

const isEpoch = isTextUpTo(EPOCH_LENGTH);
const isFence = isTextUpTo(FENCE_LENGTH);
const position = { epoch: isEpoch, offset: isCount };
const events = listOf(recordOf({ name: isText, time: isMs, by: may(isText), command: may(isText) }));

const RULES: Readonly<Record<ServerFrame['t'], Rules>> = {
  welcome: {
    v: isCount,
    link: isCount,
    node: isText,
    tag: isText,
    storage: oneOf('memory', 'durable'),
    fence: isFence,
    features: listOf(isText),
    limits: recordOf({ channels: isCount, windowPerLane: isCount, keepMs: isMs }),
    ping: recordOf({ visibleMs: isMs, hiddenMs: isMs }),
    tokenMs: may(isMs),
  },
  ping: { n: isCount, everyMs: isMs, fence: isFence, confirmedMs: isMs, heardMs: isCount, rttMs: may(isMs) },
  pong: { n: isCount },
  subscribed: {
    channel: isText,
    generation: isCount,
    state: oneOf('live', 'recovered', 'gap'),
    reason: may(isText),
    missed: may(recordOf({ from: isCount, to: isCount })),
    events,
    position: recordOf(position),
    more: isBoolean,
    head: may(isCount),
    fence: isFence,
  },
  unsubscribed: { channel: isText, generation: isCount, reason: isText },
  resync: { channel: isText },
  events: { channel: isText, epoch: isEpoch, offset: (value) => value !== 0 && isCount(value), events },
  volatile: { channel: isText, name: isText, by: may(isText) },
  lane: { lane: isText, last: (value) => value === null || isCount(value), fence: isFence },
  response: {
    id: isText,
    redo: may(isBoolean),
    fence: may(isFence),
    positions: may(listOf(recordOf({ channel: isText, ...position }))),
    part: may(recordOf({ index: isCount, last: isBoolean })),
  },
  error: {
    id: isText,
    code: isText,
    name: may(isText),
    dataExpired: may(isBoolean),
    message: isText,
    final: isBoolean,
    positions: may(listOf(recordOf({ channel: isText, ...position }))),
    retryAfterMs: may(isMs),
  },
};

export const SERVER_FRAME_CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries(RULES).map(([type, rules]): [string, Check] => [
    type,
    (frame) => {
      const field = wrongField(rules, frame);
      return field === undefined ? null : `${field} is missing or wrong`;
    },
  ]),
);
