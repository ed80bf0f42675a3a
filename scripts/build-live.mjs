// Builds the live server of the stories (stories/live) from the library's sources: two files that Node runs as they are.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { doorAliases } from './doors.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns the program to run, with STORY_ORIGINS in its environment; it prints its URL */
export async function buildLive() {
  const alias = doorAliases(({ types }) => join(root, types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')));
  const outDir = join(root, 'dist-example', 'stories');
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { input: ['server', 'start'].map((name) => join(root, 'stories', 'live', `${name}.ts`)), output: { entryFileNames: '[name].mjs' } },
    },
  });
  return join(outDir, 'start.mjs');
}
