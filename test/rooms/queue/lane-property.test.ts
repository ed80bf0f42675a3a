// A lane against a naive server that loses what it says and forgets lanes at random.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../../../src/core/protocol/frames.js';
import { bindLane, type BoundEffect } from './bound-lane.js';

type Act =
  | { readonly do: 'send'; readonly ttl: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'up' | 'down'; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'drop' | 'ready' | 'forget' | 'trouble' | 'rest' };

const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), ttl: fc.constantFrom(50, 1_000, 100_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(30) }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('up' as const, 'down' as const), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(10, 100, 5_000) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'ready' as const, 'ready' as const, 'trouble' as const, 'rest' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
  ),
  { minLength: 10, maxLength: 120 },
);

const RECORD_MS = 20_000;
const WINDOW = 3;

interface Record_ {
  last: number;
  readonly ends: Map<number, { readonly id: string; readonly kind: 'done' | 'void' }>;
}

/** Plays a script, then heals everything, and gives what happened. */
function play(script: readonly Act[]) {
  let now = 0;
  let names = 0;
  let isUp = false;
  let inTrouble = false;
  let resting = false;
  let count = 0;
  const up: ClientFrame[] = [];
  const down: (LaneFrame | ResponseFrame | ErrorFrame)[] = [];
  const lanes = new Map<string, Record_>();
  const run: string[] = [];
  const outcomes = new Map<string, string[]>();
  const numbers = new Map<string, string>();
  const refused = new Set<string>();
  const inFlight = new Set<string>();
  const lane = bindLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });

  const perform = (effects: readonly BoundEffect[]): void => {
    for (const effect of effects) {
      if (effect.type === 'rest') resting = true;
      if (effect.type === 'settle') {
        outcomes.get(effect.id)?.push(effect.outcome.kind);
        inFlight.delete(effect.id);
      }
      if (effect.type !== 'say') continue;
      const { frame } = effect;
      if (frame.t === 'command') {
        const number = `${frame.lane}#${frame.n}`;
        const former = numbers.get(frame.id);
        if (former !== undefined && former !== number && !refused.has(`${former} ${frame.id}`)) throw new Error(`${frame.id} was ${former} and is now ${number}`);
        numbers.set(frame.id, number);
        inFlight.add(frame.id);
        if (inFlight.size > WINDOW) throw new Error(`${inFlight.size} in flight`);
      }
      if (isUp) up.push(frame);
    }
  };

  const serve = (frame: ClientFrame): void => {
    if (frame.t === 'lane') {
      if (frame.create === true && !lanes.has(frame.lane)) lanes.set(frame.lane, { last: 0, ends: new Map() });
      down.push({ t: 'lane', lane: frame.lane, last: lanes.get(frame.lane)?.last ?? null, fence: 'f' });
      return;
    }
    if (frame.t !== 'command') return;
    const { id, n } = frame;
    const fail = (code: string, final: boolean): void => void down.push({ t: 'error', id, code, message: '', final });
    const record = lanes.get(frame.lane);
    if (record === undefined) return fail('lane-unknown', true);
    if (n > record.last + 1) return fail('out-of-order', false);
    const known = record.ends.get(n);
    if (n <= record.last && known?.id !== id) return fail('lane-conflict', true);
    if (known === undefined) {
      if (inTrouble) return fail('unavailable', false);
      record.last = n;
      record.ends.set(n, { id, kind: frame.void === true ? 'void' : 'done' });
      if (frame.void !== true) run.push(id);
    }
    if (record.ends.get(n)?.kind === 'void') fail('void', true);
    else down.push({ t: 'response', id });
  };

  const hear = (frame: LaneFrame | ResponseFrame | ErrorFrame): void => {
    if (frame.t === 'error' && frame.code === 'lane-unknown') {
      refused.add(`${numbers.get(frame.id)} ${frame.id}`);
      inFlight.delete(frame.id);
    }
    perform(frame.t === 'lane' ? lane.laneAnswered(frame, 0, now, WINDOW) : lane.answered(frame, 0, now, WINDOW));
  };
  const drop = (): void => {
    if (!isUp) return;
    isUp = false;
    up.length = 0;
    down.length = 0;
    lane.linkLost(0, now);
  };
  const connect = (): void => {
    if (isUp) return;
    isUp = true;
    perform(lane.linkReady(0, now));
  };
  const rest = (): void => {
    if (!resting) return;
    resting = false;
    perform(lane.rested(now));
  };

  for (const act of script) {
    switch (act.do) {
      case 'send': {
        const id = `c${count++}`;
        outcomes.set(id, []);
        perform(lane.add({ id, name: 'x', input: 0, expiresAt: now + act.ttl }, isUp ? 0 : null, now));
        break;
      }
      case 'cancel':
        perform(lane.cancel(`c${act.which}`, now));
        break;
      case 'up':
        for (const frame of up.splice(0, act.count)) serve(frame);
        break;
      case 'down':
        for (const frame of down.splice(0, act.count)) hear(frame);
        break;
      case 'wait':
        now += act.ms;
        perform(lane.wake(now));
        break;
      case 'drop':
        drop();
        break;
      case 'ready':
        connect();
        break;
      case 'forget':
        lanes.clear();
        break;
      case 'trouble':
        inTrouble = !inTrouble;
        break;
      case 'rest':
        rest();
        break;
    }
  }

  inTrouble = false;
  connect();
  for (let i = 0; i < 200; i++) {
    for (const frame of up.splice(0)) serve(frame);
    for (const frame of down.splice(0)) hear(frame);
    rest();
  }
  return { run, outcomes, pending: lane.pending };
}

const numberOf = (id: string): number => Number(id.slice(1));

describe('a lane against a naive server', () => {
  it('gives every command one outcome, takes effect at most once and in order, and tells the truth', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(acts, (script) => {
        const { run, outcomes, pending } = play(script);
        expect(pending).toBe(0);
        for (const [id, ends] of outcomes) {
          expect(ends, id).toHaveLength(1);
          const [end = ''] = ends;
          seen.set(end, (seen.get(end) ?? 0) + 1);
          if (end === 'done') expect(run).toContain(id);
          if (end === 'cancelled' || end === 'expired') expect(run).not.toContain(id);
        }
        expect(new Set(run).size).toBe(run.length);
        expect(run.map(numberOf)).toEqual(run.map(numberOf).sort((a, b) => a - b));
      }),
      { numRuns: 1_000 },
    );
    // The scripts reach every end.
    expect([...seen.keys()].sort()).toEqual(['cancelled', 'done', 'expired', 'outcome-unknown']);
  });
});
