/**
 * The client's hand-written checks of what a server says: the same answers as `schemas.ts` (a property test
 * compares them), at a fiftieth of the size.
 */
import type { Check } from './codec.js';
import type { ServerFrame } from './frames.js';
import { EPOCH_LENGTH, FENCE_LENGTH } from './limits.js';

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isMs = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEpoch = (value: unknown): boolean => isText(value) && value.length <= EPOCH_LENGTH;
const isFence = (value: unknown): boolean => isText(value) && value.length <= FENCE_LENGTH;
const may = (value: unknown, isGood: (value: unknown) => boolean): boolean => value === undefined || isGood(value);
const isList = (value: unknown, isGood: (value: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isGood(item));

const isPosition = (value: unknown): boolean => isRecord(value) && isEpoch(value.epoch) && isCount(value.offset);
const isChannelPosition = (value: unknown): boolean => isPosition(value) && isText((value as Fields).channel);
const isEvent = (value: unknown): boolean =>
  isRecord(value) && isText(value.name) && isMs(value.time) && may(value.by, isText) && may(value.command, isText);
const isRange = (value: unknown): boolean => isRecord(value) && isCount(value.from) && isCount(value.to);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** Names the first field that is wrong. */
const fields =
  (rules: readonly (readonly [field: string, isGood: (value: unknown) => boolean])[]): Check =>
  (frame) => {
    for (const [field, isGood] of rules) if (!isGood(frame[field])) return `${field} is missing or wrong`;
    return null;
  };

const optional =
  (isGood: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    may(value, isGood);

const CHECKS: Readonly<Record<ServerFrame['t'], Check>> = {
  welcome: fields([
    ['v', isCount],
    ['link', isCount],
    ['node', isText],
    ['tag', isText],
    ['storage', (value) => value === 'memory' || value === 'durable'],
    ['fence', isFence],
    ['features', (value) => isList(value, isText)],
    ['limits', (value) => isRecord(value) && isCount(value.channels) && isCount(value.windowPerLane) && isMs(value.keepMs)],
    ['ping', (value) => isRecord(value) && isMs(value.visibleMs) && isMs(value.hiddenMs)],
    ['tokenMs', optional(isMs)],
  ]),
  ping: fields([
    ['n', isCount],
    ['everyMs', isMs],
    ['fence', isFence],
    ['confirmedMs', isMs],
    ['rttMs', optional(isMs)],
  ]),
  pong: fields([['n', isCount]]),
  subscribed: fields([
    ['channel', isText],
    ['generation', isCount],
    ['state', (value) => value === 'live' || value === 'recovered' || value === 'gap'],
    ['reason', optional(isText)],
    ['missed', optional(isRange)],
    ['events', (value) => isList(value, isEvent)],
    ['position', isPosition],
    ['more', isBoolean],
    ['fence', isFence],
  ]),
  unsubscribed: fields([
    ['channel', isText],
    ['generation', isCount],
    ['reason', isText],
  ]),
  resync: fields([['channel', isText]]),
  events: fields([
    ['channel', isText],
    ['epoch', isEpoch],
    ['offset', (value) => isCount(value) && value >= 1],
    ['events', (value) => isList(value, isEvent)],
  ]),
  volatile: fields([
    ['channel', isText],
    ['name', isText],
    ['by', optional(isText)],
  ]),
  lane: fields([
    ['lane', isText],
    ['last', (value) => value === null || isCount(value)],
    ['fence', isFence],
  ]),
  response: fields([
    ['id', isText],
    ['redo', optional(isBoolean)],
    ['fence', optional(isFence)],
    ['positions', optional((value) => isList(value, isChannelPosition))],
    ['part', optional((value) => isRecord(value) && isCount(value.index) && isBoolean(value.last))],
  ]),
  error: fields([
    ['id', isText],
    ['code', isText],
    ['name', optional(isText)],
    ['message', isText],
    ['final', isBoolean],
    ['retryAfterMs', optional(isMs)],
  ]),
};

export const SERVER_FRAME_CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries(CHECKS));
