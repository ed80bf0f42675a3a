/**
 * What it costs to be sure of a frame: JSON.parse alone (the floor), our codec with the client's checks, and the
 * same with the server's zod schemas. CPU time of the process, best of many rounds, alternating.
 */
import { SERVER_FRAME_CHECKS } from '../src/core/protocol/checks.js';
import { decode } from '../src/core/protocol/codec.js';
import { SERVER_FRAME_SCHEMA_CHECKS } from '../src/core/protocol/schemas.js';

const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 15 : 60;
const FRAMES = 20_000;
const text = JSON.stringify({
  t: 'events',
  channel: 'prices:EURUSD',
  epoch: 'h-xRuBpwPa9BKlZKbAKiEvQD.246.0',
  offset: 4711,
  events: Array.from({ length: 3 }, (_, index) => ({ name: 'tick', data: { bid: 1.0842, ask: 1.0843, at: 1_767_225_600_000 + index, venue: 'X' }, time: 1_767_225_600_000, by: 'feed' })),
});

const variants = {
  'JSON.parse': () => JSON.parse(text) as unknown,
  'client checks': () => decode(text, 65_536, SERVER_FRAME_CHECKS),
  'zod schemas': () => decode(text, 65_536, SERVER_FRAME_SCHEMA_CHECKS),
};

const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(variants)) {
    const before = process.cpuUsage();
    for (let i = 0; i < FRAMES; i++) run();
    const { user, system } = process.cpuUsage(before);
    best.set(name, Math.min(best.get(name) ?? Infinity, ((user + system) * 1_000) / FRAMES));
  }
}

const floor = best.get('JSON.parse') ?? NaN;
console.log(`one frame of ${text.length} bytes, ns of CPU time, best of ${ROUNDS} rounds of ${FRAMES}`);
for (const [name, ns] of best) console.log(`${name.padEnd(12)} ${ns.toFixed(0).padStart(6)} ns   ${(ns / floor).toFixed(2)} × the floor`);
const ratio = Number(((best.get('client checks') ?? NaN) / floor).toFixed(3));
console.log(JSON.stringify({ bench: 'decode', ratio, zod: Number(((best.get('zod schemas') ?? NaN) / floor).toFixed(3)) }));
