/** The soak's programs, bundled from their sources into files that Node runs as they are. Not a test. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '..', '..', '..', 'node_modules', '.cache', 'holdfast');

export interface Programs {
  readonly server: string;
  readonly client: string;
  readonly check: string;
  /** A folder for the histories of one soak. */
  readonly histories: string;
  remove(): void;
}

export async function buildPrograms(): Promise<Programs> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'soak-'));
  await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { input: ['server', 'client', 'check'].map((name) => join(here, `${name}.ts`)), output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  const histories = join(folder, 'histories');
  mkdirSync(histories);
  const at = (name: string): string => join(folder, `${name}.mjs`);
  return { server: at('server'), client: at('client'), check: at('check'), histories, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
