/**
 * One run of the torture: a client lives through random misfortune on real sockets, then the world is well again, and we
 * see whether the client is. The seed fixes what is done and in which order; what the kernel does with it is its own. Not a test.
 */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createSeededDice, type SeededDice } from '../../src/testing/seeded-dice.js';
import { openRoad, type Road, type TokenOffice } from './road.js';
import type { Site, Weather } from './site.js';
import type { Subject } from './subject.js';
import type { TimerLedger } from './timer-ledger.js';

export interface Ordeal {
  readonly seed: number;
  /** From healing to an answer; null: dead. */
  readonly recoveryMs: number | null;
  /** How often the user's button was needed after healing. */
  readonly presses: number;
  readonly sockets: number;
  /** Misfortunes that struck a connection. */
  readonly strokes: number;
  /** Broken promises of the run, in words. */
  readonly complaints: readonly string[];
  /** What was done to it. */
  readonly story: readonly string[];
}

const ACTIONS = 60;
const BAD_WEATHER: readonly Weather[] = ['deaf', 'refused', 'silent', 'unauthorized', 'nonsense', 'bad-url'];
const BAD_OFFICES: readonly TokenOffice[] = ['bad', 'throws', 'hangs', 'final'];
const CODES = [1000, 1001, 1008, 1011, 1012, 3000, 4000, 4001, 4003, 4200, 4201, 4300, 4301, 4400, 4401, 4403, 4404, 4409, 4999];

type Action = (road: Road, subject: Subject, dice: SeededDice) => string;

/** Does something to the server's ends of what is connected now. */
function onEnds(road: Road, what: string, act: (end: Socket) => void): string {
  const ends = [...road.site.ends(road.run)];
  for (const end of ends) act(end);
  return `${what} (${ends.length})`;
}

/** Each as often as its number says. */
const MENU: readonly (readonly [weight: number, Action])[] = [
  [6, (_, subject) => (subject.open(), 'open')],
  [3, (_, subject) => (subject.close(), 'close')],
  [5, (_, subject) => (subject.reconnect(), 'reconnect()')],
  [1, (_, subject) => (subject.disconnect(), 'disconnect()')],
  [3, (_, subject) => (subject.signal('online'), 'online')],
  [1, (_, subject, dice) => (subject.signal(dice.chance(0.5) ? 'visible' : 'resume'), 'awake')],
  [4, (_, subject) => (subject.speak(), 'speak')],
  [2, (road, subject) => (subject.signal('offline'), onEnds(road, 'offline', (end) => end.destroy()))],
  [3, (road, _, dice) => closeWith(road, dice)],
  [2, (road) => onEnds(road, 'terminate', (end) => end.destroy())],
  // Node never closes a stream that is reset after its end was said.
  [2, (road) => onEnds(road, 'reset', (end) => (end.writableEnded ? end.destroy() : end.resetAndDestroy()))],
  [2, (road) => onEnds(road, 'freeze', freeze)],
  [1, (road) => onEnds(road, 'a frame that is no JSON', (end) => end.write(textFrame('no json')))],
  [1, (road) => onEnds(road, 'a binary frame', (end) => end.write(Buffer.from([0x82, 1, 0])))],
  [1, (road) => onEnds(road, 'a broken frame', (end) => end.write(Buffer.from([0xf1, 1, 0])))],
  [3, (road, _, dice) => `weather ${(road.weather = dice.pick(BAD_WEATHER))}`],
  [6, (road) => `weather ${(road.weather = 'fair')}`],
  [2, (road, _, dice) => `tokens ${(road.office = dice.pick(BAD_OFFICES))}`],
  [5, (road) => `tokens ${(road.office = 'fair')}`],
];
const DRAWER = MENU.flatMap(([weight, action]) => Array<Action>(weight).fill(action));

/** As a process that is stopped: it takes nothing in and lets nothing out, and the connection stands. */
function freeze(end: Socket): void {
  end.pause();
  end.cork();
}

function textFrame(text: string): Buffer {
  return Buffer.from([0x81, text.length, ...Buffer.from(text)]);
}

/** A close frame as a server says it, then the end. */
function closeWith(road: Road, dice: SeededDice): string {
  const code = dice.pick(CODES);
  const reason = Buffer.from(code === 4200 || code === 4201 ? `retry-after=${dice.between(0, 30)}` : 'torture');
  const frame = Buffer.concat([Buffer.from([0x88, 2 + reason.length, code >> 8, code & 255]), reason]);
  return onEnds(road, `close ${code}`, (end) => end.end(frame));
}

async function breathe(dice: SeededDice): Promise<void> {
  const kind = dice.between(0, 9);
  const ms = dice.between(0, 20);
  if (kind < 2) return;
  if (kind < 3) return Promise.resolve();
  if (kind < 5) return nextTurn();
  return pause(ms);
}

/** @param patienceMs - who has not recovered by then is dead */
export function suffer(parts: {
  readonly seed: number;
  readonly site: Site;
  readonly ledger: TimerLedger;
  readonly createSubject: (road: Road) => Subject;
  readonly patienceMs: number;
  /** 0: only the healing, which everybody must live through. @default 60 */
  readonly actions?: number;
}): Promise<Ordeal> {
  const { seed, site, ledger, createSubject, patienceMs, actions = ACTIONS } = parts;
  return ledger.within(seed, async () => {
    const dice = createSeededDice(seed, 'torture');
    const road = openRoad(seed, dice.stream('road'), site);
    const subject = createSubject(road);
    const story: string[] = [];
    for (let i = 0; i < actions; i += 1) {
      story.push(dice.pick(DRAWER)(road, subject, dice));
      await breathe(dice);
    }
    road.weather = 'fair';
    road.office = 'fair';
    // Half of what is frozen falls, the other half must be found out.
    if (dice.chance(0.5)) story.push(onEnds(road, 'the frozen fall', (end) => end.isPaused() && end.destroy()));
    subject.open();
    subject.signal('online');
    const { recoveryMs, presses } = await recover(subject, patienceMs);
    const complaints = recoveryMs === null ? [`dead: no answer in ${patienceMs} ms; ${subject.describe()}`] : [];
    complaints.push(...(await leave(road, subject, ledger, patienceMs)));
    return { seed, recoveryMs, presses, sockets: road.made.length, strokes: story.filter((line) => /\([1-9]\d*\)$/.test(line)).length, complaints, story };
  });
}

async function recover(subject: Subject, patienceMs: number): Promise<{ readonly recoveryMs: number | null; readonly presses: number }> {
  const healedAt = performance.now();
  let presses = 0;
  for (;;) {
    if (subject.needsButton) {
      presses += 1;
      subject.reconnect();
    }
    try {
      await subject.askServer();
      return { recoveryMs: performance.now() - healedAt, presses };
    } catch {
      if (performance.now() - healedAt > patienceMs) return { recoveryMs: null, presses };
      await pause(5);
    }
  }
}

/** Disposes of the client, and looks at what is left. */
async function leave(road: Road, subject: Subject, ledger: TimerLedger, patienceMs: number): Promise<string[]> {
  const complaints: string[] = [];
  subject.dispose();
  const madeThen = road.made.length;
  // One timer of 0 ms inside the package may still be under way.
  await pause(2);
  await nextTurn();
  for (const timer of ledger.pending(road.run)) if (!timer.isPlatform) complaints.push(`a timer is left: ${timer.where}`);
  const living = road.made.filter((socket) => socket.readyState <= 1).length;
  if (living > 0) complaints.push(`${living} sockets are connecting or open after dispose`);
  if (subject.unsettled > 0) complaints.push(`${subject.unsettled} promises never settled`);
  if (road.doubled > 0) complaints.push(`${road.doubled} times two sockets at once for one link`);
  // The platform's own farewell ends with the connection.
  for (const end of road.site.ends(road.run)) end.destroy();
  const deadline = performance.now() + patienceMs;
  while (road.made.some((socket) => socket.readyState !== 3) && performance.now() < deadline) await pause(2);
  const open = road.made.filter((socket) => socket.readyState !== 3).length;
  if (open > 0) complaints.push(`${open} sockets are not closed`);
  for (const timer of ledger.pending(road.run)) complaints.push(`a timer is left at the end: ${timer.where}`);
  if (road.made.length > madeThen) complaints.push('a socket was made after dispose');
  if (ledger.started(road.run) === 0) complaints.push('the ledger saw no timer at all');
  return complaints;
}
