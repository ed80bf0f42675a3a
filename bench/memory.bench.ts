/**
 * What an idle connection weighs: the server's heap after garbage collection with few and with many of them, ours beside
 * `ws` with the same options. Fresh processes each round, the sides taking turns; the clients live elsewhere.
 * What is judged is what the connections keep: the heap, and what buffers hold outside it. The process's memory (RSS) is
 * printed beside it: it is mostly pages that V8 keeps for what it has freed, and differs from run to run.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isQuick, median, obey, role, startChild } from './child.js';
import { serveCrowd } from './crowd.js';
import { openOurs, openPlain } from './two-servers.js';

const FEW = isQuick ? 500 : 1_000;
const MANY = isQuick ? 2_500 : 5_000;
const ROUNDS = 3;
/** The memory of a connection with us, divided by that with `ws`. Runs on shared machines gave 1.36 to 1.52: the limit is above that noise. */
const LIMIT = 1.6;

interface Memory {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
}

async function weigh(): Promise<Memory> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await pause(60);
  }
  // `external` contains `arrayBuffers`.
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}

/** Bytes for each connection more. */
async function measure(side: string): Promise<Memory> {
  const [server, crowd] = [startChild(side), startChild('crowd')];
  const url = await server.ask<string>('open');
  await crowd.ask('join', { url, count: FEW });
  const few = await server.ask<Memory>('weigh');
  await crowd.ask('join', { url, count: MANY - FEW });
  const many = await server.ask<Memory>('weigh');
  const open = await crowd.ask<number>('areOpen');
  if (open !== MANY) throw new Error(`${side}: ${open} of ${MANY} connections are open`);
  server.end();
  crowd.end();
  const slope = (key: keyof Memory): number => (many[key] - few[key]) / (MANY - FEW);
  return { heap: slope('heap'), external: slope('external'), rss: slope('rss') };
}

async function compare(): Promise<void> {
  const rounds: Record<'ours' | 'plain', Memory[]> = { ours: [], plain: [] };
  for (let round = 0; round < ROUNDS; round++) for (const side of round % 2 === 0 ? (['plain', 'ours'] as const) : (['ours', 'plain'] as const)) rounds[side].push(await measure(side));

  console.log(`bytes for each idle connection, from ${FEW} to ${MANY}, after garbage collection, median of ${ROUNDS}`);
  console.log('server             heap   external     both        RSS');
  const both = (side: 'ours' | 'plain'): number => median(rounds[side].map(({ heap, external }) => heap + external));
  const rss = (side: 'ours' | 'plain'): number => median(rounds[side].map((memory) => memory.rss));
  for (const side of ['plain', 'ours'] as const) {
    const cells = [median(rounds[side].map(({ heap }) => heap)), median(rounds[side].map(({ external }) => external)), both(side), rss(side)];
    console.log(`${(side === 'ours' ? 'holdfast' : 'ws').padEnd(12)} ${cells.map((bytes) => bytes.toFixed(0).padStart(10)).join('')}`);
  }
  const ratio = Number((both('ours') / both('plain')).toFixed(3));
  const rssRatio = Number((rss('ours') / rss('plain')).toFixed(3));
  console.log(JSON.stringify({ bench: 'memory', ratio, limit: LIMIT, rssRatio }));
  if (!(ratio <= LIMIT)) process.exitCode = 1;
}

if (role === null) await compare();
else if (role === 'crowd') serveCrowd();
else {
  let url = '';
  obey({
    async open() {
      ({ url } = await (role === 'ours' ? openOurs() : openPlain()));
      return url;
    },
    weigh,
  });
}
