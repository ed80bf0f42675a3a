// Builds the library, and against its doors one example, as a user's would be: the page and the server, as two things that Node 20 and a
// browser run as they are. Everything beside dist/, which belongs to `npm run build`.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { doorAliases } from './doors.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Where the built example is: `node PROGRAM`, with PAGE_DIR, DATA_DIR, PORT and HOST in its environment. The program is the
 * example's `start.ts`, if it has one that starts the server, else its `server.ts`.
 */
export async function buildExample(name) {
  const source = join(root, 'examples', name);
  const out = join(root, 'dist-example', name);
  const library = join(out, 'library');
  const programs = ['server', 'start'].filter((program) => existsSync(join(source, `${program}.ts`)));
  if (!programs.includes('server')) throw new Error(`there is no examples/${name}/server.ts`);

  const alias = doorAliases((to) => join(library, (to.development ?? to.default).replace('./dist/', '')));
  const shared = { root: source, configFile: false, logLevel: 'error', resolve: { alias, dedupe: ['react', 'react-dom'] } };

  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir: library } });
  await Promise.all([
    existsSync(join(source, 'index.html')) &&
      build({ ...shared, plugins: [react()], build: { outDir: join(out, 'page'), emptyOutDir: true, chunkSizeWarningLimit: 2_000 } }),
    build({
      ...shared,
      build: {
        ssr: true,
        outDir: join(out, 'server'),
        emptyOutDir: true,
        target: 'node20',
        rolldownOptions: { input: programs.map((program) => join(source, `${program}.ts`)), output: { entryFileNames: '[name].mjs' } },
      },
    }),
  ]);
  return { program: join(out, 'server', `${programs.at(-1)}.mjs`), page: join(out, 'page'), data: join(out, 'data') };
}
