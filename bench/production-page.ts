/** Builds a page of a bench as it is published: the library from `dist/production`, React in production. Not a bench. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build, type Alias, type Rolldown } from 'vite';

/** Runs the library's build once. */
export function buildLibrary(): void {
  const built = spawnSync('npm', ['run', 'build', '--silent'], { cwd: process.cwd(), encoding: 'utf8', shell: process.platform === 'win32' });
  if (built.status !== 0) throw new Error(`npm run build: ${built.stdout}${built.stderr}`);
}

/**
 * The page's script.
 *
 * @param entry - path from the root of the repository
 */
export async function buildPage(entry: string, alias: readonly Alias[] = []): Promise<string> {
  const root = process.cwd();
  const production = (door: string): string => join(root, 'dist', 'production', door, 'index.js');
  const output = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    plugins: [react()],
    resolve: { alias: [{ find: /^holdfast$/, replacement: production('') }, { find: /^holdfast\/contract$/, replacement: production('contract') }, ...alias] },
    build: { write: false, modulePreload: false, rolldownOptions: { input: join(root, entry) } },
  })) as Rolldown.RolldownOutput;
  return output.output[0].code;
}
