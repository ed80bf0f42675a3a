// Generated from schemas.ts by `npm run generate`: edit that file instead.
/**
 * The client's checks of what a server sends: every field that the client reads, words of a set excepted.
 * Not here: why the others are not checked (docs/decisions/0015).
 */
import type { Check } from './codec.js';
import { checksOf, isAbsentOr, isCount, isFlag, isListOf, isMs, isText, type Value } from './field-checks.js';
import type { ServerFrame } from './frames.js';

const isWireEvent = (item: Value) =>
  isText(item?.name) &&
  isMs(item?.time) &&
  isAbsentOr(item?.by, isText) &&
  isAbsentOr(item?.command, isText);

const isChannelPosition = (item: Value) =>
  isText(item?.channel) &&
  isText(item?.epoch, 128) &&
  isCount(item?.offset);

export const SERVER_FRAME_CHECKS: ReadonlyMap<string, Check> = checksOf<ServerFrame['t']>({
  welcome: (frame) =>
    isCount(frame.v) &&
    isText(frame.tag) &&
    isText(frame.fence, 2048) &&
    isCount(frame.limits?.channels) &&
    isCount(frame.limits?.windowPerLane) &&
    isMs(frame.ping?.visibleMs) &&
    isMs(frame.ping?.hiddenMs),
  ping: (frame) =>
    isCount(frame.n) &&
    isMs(frame.everyMs) &&
    isText(frame.fence, 2048) &&
    isCount(frame.heardMs) &&
    isAbsentOr(frame.rttMs, isMs),
  pong: (frame) => isCount(frame.n),
  subscribed: (frame) =>
    isText(frame.channel) &&
    isCount(frame.generation) &&
    isListOf(frame.events, isWireEvent) &&
    isText(frame.position?.epoch, 128) &&
    isCount(frame.position?.offset) &&
    isFlag(frame.more) &&
    isAbsentOr(frame.head, isCount) &&
    isText(frame.fence, 2048),
  unsubscribed: (frame) =>
    isText(frame.channel) &&
    isCount(frame.generation),
  resync: (frame) => isText(frame.channel),
  events: (frame) =>
    isText(frame.channel) &&
    isText(frame.epoch, 128) &&
    isCount(frame.offset, 1) &&
    isListOf(frame.events, isWireEvent),
  volatile: (frame) =>
    isText(frame.channel) &&
    isText(frame.name) &&
    isAbsentOr(frame.by, isText),
  lane: (frame) =>
    isText(frame.lane) &&
    (isCount(frame.last) || frame.last === null) &&
    isText(frame.fence, 2048),
  response: (frame) =>
    isText(frame.id) &&
    isAbsentOr(frame.positions, (value) => isListOf(value, isChannelPosition)) &&
    isAbsentOr(frame.part, (value) => isCount(value?.index) && isFlag(value?.last)),
  error: (frame) =>
    isText(frame.id) &&
    isAbsentOr(frame.name, isText) &&
    isAbsentOr(frame.dataExpired, isFlag) &&
    isText(frame.message) &&
    isFlag(frame.final) &&
    isAbsentOr(frame.positions, (value) => isListOf(value, isChannelPosition)) &&
    isAbsentOr(frame.retryAfterMs, isMs),
});
