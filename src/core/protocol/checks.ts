/**
 * The client's hand-written checks of what a server says: the same answers as `schemas.ts` (a property test
 * compares them), at a fiftieth of the size.
 */
import { GAP_REASONS, UNSUBSCRIBE_REASONS } from './codes.js';
import type { Check } from './codec.js';

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isMs = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWord = (words: readonly string[], value: unknown): boolean => isText(value) && words.includes(value);
const may = (value: unknown, isGood: (value: unknown) => boolean): boolean => value === undefined || isGood(value);
const isList = (value: unknown, isGood: (value: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isGood(item));

const isPosition = (value: unknown): boolean => isRecord(value) && isText(value.epoch) && isCount(value.offset);
const isChannelPosition = (value: unknown): boolean =>
  isRecord(value) && isText(value.channel) && isText(value.epoch) && isCount(value.offset);
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

export const SERVER_FRAME_CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    'welcome',
    fields([
      ['v', isCount],
      ['link', isCount],
      ['node', isText],
      ['tag', isText],
      ['storage', (value) => value === 'memory' || value === 'durable'],
      ['fence', isText],
      ['features', (value) => isList(value, isText)],
      ['limits', (value) => isRecord(value) && isCount(value.channels) && isCount(value.windowPerLane) && isMs(value.keepMs)],
      ['ping', (value) => isRecord(value) && isMs(value.visibleMs) && isMs(value.hiddenMs)],
      ['tokenMs', optional(isMs)],
    ]),
  ],
  [
    'ping',
    fields([
      ['n', isCount],
      ['everyMs', isMs],
      ['fence', isText],
      ['confirmedMs', isMs],
      ['rttMs', optional(isMs)],
    ]),
  ],
  ['pong', fields([['n', isCount]])],
  [
    'subscribed',
    fields([
      ['channel', isText],
      ['generation', isCount],
      ['state', (value) => value === 'live' || value === 'recovered' || value === 'gap'],
      ['reason', optional((value) => isWord(GAP_REASONS, value))],
      ['missed', optional(isRange)],
      ['events', (value) => isList(value, isEvent)],
      ['position', isPosition],
      ['more', isBoolean],
      ['fence', isText],
    ]),
  ],
  [
    'unsubscribed',
    fields([
      ['channel', isText],
      ['generation', isCount],
      ['reason', (value) => isWord(UNSUBSCRIBE_REASONS, value)],
    ]),
  ],
  ['resync', fields([['channel', isText]])],
  [
    'events',
    fields([
      ['channel', isText],
      ['epoch', isText],
      ['offset', (value) => isCount(value) && value >= 1],
      ['events', (value) => isList(value, isEvent)],
    ]),
  ],
  [
    'volatile',
    fields([
      ['channel', isText],
      ['name', isText],
      ['by', optional(isText)],
    ]),
  ],
  [
    'lane',
    fields([
      ['lane', isText],
      ['last', (value) => value === null || isCount(value)],
      ['fence', isText],
    ]),
  ],
  [
    'response',
    fields([
      ['id', isText],
      ['redo', optional(isBoolean)],
      ['fence', optional(isText)],
      ['positions', optional((value) => isList(value, isChannelPosition))],
      ['part', optional((value) => isRecord(value) && isCount(value.index) && isBoolean(value.last))],
    ]),
  ],
  [
    'error',
    fields([
      ['id', isText],
      ['code', isText],
      ['name', optional(isText)],
      ['message', isText],
      ['final', isBoolean],
      ['retryAfterMs', optional(isMs)],
    ]),
  ],
]);
