/**
 * What an idle connection weighs: the server's memory after garbage collection with few and with many of them, ours beside
 * `ws` with the same options. What is judged is the process's memory, of which the heap is a part. Fresh processes each round, the sides taking turns; the clients live elsewhere.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isQuick, median, obey, role, startChild } from './child.js';
import { serveCrowd } from './crowd.js';
import { openOurs, openPlain } from './two-servers.js';

const FEW = isQuick ? 500 : 1_000;
const MANY = isQuick ? 2_500 : 5_000;
const ROUNDS = isQuick ? 1 : 3;
/** Of the process's memory (RSS) to that of `ws`. A shortened run is too short for it: V8 grows in steps of megabytes. */
const LIMIT = isQuick ? Number.POSITIVE_INFINITY : 1.5;
/** Of the heap alone, which is steady in any run. It stands here so that it only falls. */
const HEAP_LIMIT = 2.75;

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
  const ratio = Number((rss('ours') / rss('plain')).toFixed(3));
  const heapRatio = Number((both('ours') / both('plain')).toFixed(3));
  console.log(JSON.stringify({ bench: 'memory', ratio, limit: isQuick ? null : LIMIT, heapRatio, heapLimit: HEAP_LIMIT }));
  if (!(ratio <= LIMIT && heapRatio <= HEAP_LIMIT)) process.exitCode = 1;
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
