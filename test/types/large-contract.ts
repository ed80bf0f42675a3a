/** A contract of many channels with the components that use them, written for the compiler and held against it. Not a test. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Three uses of hooks a channel: a view, a tap, and a command or a query. */
function components(index: number): string {
  const other =
    index % 2 === 0
      ? `  const post = useCommand(api.commands.post${index});
  if (post.status === 'error' && post.error.reason === 'banned') post.error.data.until.toFixed();
  post.send({ room: id, text: 'x' });`
      : `  const found = useQuery(api.queries.find${index}, { input: { room: id }, select: (list) => list.length, follow: { channel: api.channels.channel${index}, params: { id }, apply: (list) => list } });
  found.data?.toFixed();`;
  return `export function Part${index}({ id }: { id: string }) {
  const room = useChannel(view${index}, { params: { id }, select: (list) => list.length });
  room.data.toFixed();
  useChannel(api.channels.channel${index}, { params: { id }, onEvent: (event) => (event.name === 'message' ? event.data.text${index} : event.data.toFixed()) });
${other}
}
`;
}

function contractText(count: number): string {
  const each = (text: (index: number) => string, isWanted: (index: number) => boolean = () => true): string =>
    Array.from({ length: count }, (_, index) => index).filter(isWanted).map(text).join('\n');
  return `import { z } from 'zod';
import { append, channel, command, defineContract, defineView, query, volatile } from 'holdfast/contract';
${each((index) => `const Message${index} = z.object({ id: z.string(), text${index}: z.string(), at: z.number(), tags: z.array(z.string()) });`)}
export const api = defineContract({
  channels: {
${each((index) => `    channel${index}: channel('channel${index}:{id}', { events: { message: Message${index}, rang: z.number() }, clientEvents: { typing: volatile(z.object({ on: z.boolean() })) } }),`)}
  },
  queries: {
${each((index) => `    find${index}: query({ input: z.object({ room: z.string() }), output: z.array(Message${index}) }),`, (index) => index % 2 === 1)}
  },
  commands: {
${each((index) => `    post${index}: command({ input: z.object({ room: z.string(), text: z.string() }), output: Message${index}, errors: { banned: z.object({ until: z.number() }) } }),`, (index) => index % 2 === 0)}
  },
});
${each((index) => `export const view${index} = defineView(api.channels.channel${index}, { history: 50, initialState: [] as z.infer<typeof Message${index}>[], reduce: (list, event) => (event.name === 'message' ? append(200)(list, event) : list) });`)}
`;
}

/** Components a file. */
const PER_FILE = 30;

export interface Checked {
  /** What the compiler found wrong. */
  readonly complaints: readonly string[];
  readonly types: number;
  readonly instantiations: number;
  readonly checkMs: number;
  /** What the whole compiler took of a processor, reading and parsing included; other programs on the machine do not count. */
  readonly cpuMs: number;
}

/**
 * One checker on one thread: its counts are the same each time, and its time is one processor's.
 *
 * @param slip - a line of code in the last file
 */
export function checkLargeContract(count: number, slip = ''): Checked {
  const cache = join(root, 'node_modules', '.cache', 'holdfast');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'large-'));
  try {
    const files = ['contract.ts'];
    writeFileSync(join(folder, 'contract.ts'), contractText(count));
    for (let first = 0; first < count; first += PER_FILE) {
      const indexes = Array.from({ length: Math.min(PER_FILE, count - first) }, (_, offset) => first + offset);
      const name = `page-${first}.tsx`;
      files.push(name);
      writeFileSync(
        join(folder, name),
        `import { useChannel, useCommand, useQuery } from 'holdfast';\nimport { api, ${indexes.map((index) => `view${index}`).join(', ')} } from './contract.js';\n${indexes.map(components).join('')}void [useCommand, useQuery];\n${first + PER_FILE < count ? '' : slip}\n`,
      );
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], exclude: [], files }));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // The shell's `times` says what its children took.
    const compile = [process.execPath, tsc, '-p', folder, '--pretty', 'false', '--extendedDiagnostics', '--singleThreaded'];
    const run = spawnSync('sh', ['-c', '"$@"; times', 'sh', ...compile], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const figure = (name: string): number => {
      const found = new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(run.stdout)?.[1];
      if (found === undefined) throw new Error(`The compiler gave no figure '${name}': ${run.stdout.slice(-500)}${run.stderr}`);
      return Number(found);
    };
    const [user, system] = [...(run.stdout.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => 60_000 * Number(minutes) + 1_000 * Number(seconds));
    return {
      complaints: run.stdout.split('\n').filter((line) => line.includes('error TS')),
      types: figure('Types'),
      instantiations: figure('Instantiations'),
      checkMs: 1_000 * figure('Check time'),
      cpuMs: (user ?? NaN) + (system ?? NaN),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
