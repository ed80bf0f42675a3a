// One configuration for the library build and every Vitest project. What it is not: what a page loads in production (vite.production.config.ts), and the
// build of an example (scripts/build-example.mjs).
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { BuildOptions } from 'vite';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { reactCompiler } from './scripts/react-compiler.mjs';
import { reconnectingWebSocket } from './scripts/reconnecting-websocket.mjs';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(here('./package.json'), 'utf8')) as Manifest;

/** The doors of package.json with their source files: `holdfast/client` → `src/browser/index.ts`. A door without a source is left out here; `npm run check` fails on it. */
export const doors = Object.entries(manifest.exports)
  .flatMap(([door, to]) => (typeof to === 'string' ? [] : [{ name: `holdfast${door.slice(1)}`, file: to.types.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts') }]))
  .map(({ name, file }) => ({ name, file: here(file) }))
  .filter(({ file }) => existsSync(file));

/** Compiled into the library by the plugin below, though it is a dependency. */
const INSIDE = 'reconnecting-websocket';
const outside = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), ...builtinModules].filter((name) => name !== INSIDE);
const isOutside = (id: string): boolean => id.startsWith('node:') || outside.some((name) => id === name || id.startsWith(`${name}/`));

/** Projects named on the command line (`--project unit`); none means all. A browser is looked for only if a project needs one. */
const wanted = process.argv.flatMap((arg, i) => (arg === '--project' ? [process.argv[i + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : []));
const isWanted = (project: string): boolean => wanted.length === 0 || wanted.includes(project);

const projects: TestProjectConfiguration[] = [
  { extends: true, test: { name: 'unit', environment: 'node', include: ['test/**/*.test.ts'], exclude: ['test/**/*.dom.test.ts', 'test/e2e/**', 'test/proof/**'] } },
  { extends: true, test: { name: 'dom', environment: 'happy-dom', include: ['test/**/*.dom.test.{ts,tsx}', 'examples/**/*.test.tsx'], exclude: ['test/e2e/**', 'test/proof/**'] } },
  {
    // The same tests once more with React 18, which test/react-18 keeps beside React 19.
    extends: true,
    resolve: { alias: [{ find: /^(react|react-dom)(\/.*)?$/, replacement: here('./test/react-18/node_modules/$1$2') }] },
    test: {
      name: 'react18',
      environment: 'happy-dom',
      include: ['test/**/*.dom.test.{ts,tsx}', 'examples/**/*.test.tsx'],
      // React 18 has no <Activity>.
      exclude: ['test/e2e/**', 'test/proof/**', 'test/react/activity.dom.test.tsx'],
      setupFiles: [here('./test/react-18/setup.mjs')],
    },
  },
  {
    // And once more as a page whose build runs the React Compiler, over our hooks and over the components of the tests.
    extends: true,
    plugins: [reactCompiler({ all: here('./src/react/'), some: here('./test/react/') })],
    test: { name: 'compiled', environment: 'happy-dom', include: ['test/react/**/*.dom.test.{ts,tsx}'], setupFiles: [here('./test/react/compiled-setup.ts')] },
  },
  {
    extends: true,
    test: {
      name: 'e2e',
      environment: 'node',
      include: ['test/e2e/**/*.e2e.test.ts'],
      fileParallelism: false,
      testTimeout: 60_000,
      hookTimeout: 180_000,
    },
  },
];
if (wanted.includes('proof')) {
  projects.push({
    extends: true,
    test: { name: 'proof', environment: 'node', include: ['test/proof/**/*.test.ts'], fileParallelism: false, testTimeout: 3_600_000, hookTimeout: 600_000 },
  });
}
if (process.env['VITEST'] && isWanted('storybook') && existsSync(here('./stories'))) {
  const [{ storybookTest }, { playwright }, { resolveBrowser }] = await Promise.all([
    import('@storybook/addon-vitest/vitest-plugin'),
    import('@vitest/browser-playwright'),
    import('./scripts/browser.mjs'),
  ]);
  const { executablePath, args, env } = await resolveBrowser();
  projects.push({
    extends: true,
    plugins: [storybookTest({ configDir: here('./.storybook') })],
    // Named in advance: a dependency that is discovered during a run reloads the page under a test.
    optimizeDeps: {
      include: ['react', 'react/jsx-dev-runtime', 'react-dom', 'react-dom/client', 'use-sync-external-store/with-selector', 'zod'],
    },
    test: {
      name: 'storybook',
      testTimeout: 30_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath, args, env } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  });
}

/** @param entry - the files that others may import */
export const libraryBuild = (entry: string[]): BuildOptions => ({
  target: 'es2022',
  minify: false,
  sourcemap: false,
  lib: { entry, formats: ['es'] },
  rolldownOptions: {
    external: isOutside,
    optimization: { inlineConst: { mode: 'all', pass: 1 } },
    output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
  },
});

export default defineConfig({
  plugins: [react(), reconnectingWebSocket()],
  // Read in src/core/errors.ts alone.
  define: { __DEV__: 'true' },
  // Tests, stories and benches may say `holdfast/client` and mean the source.
  resolve: { alias: doors.map(({ name, file }) => ({ find: new RegExp(`^${name}$`), replacement: file })) },
  build: libraryBuild(doors.map(({ file }) => file)),
  test: {
    projects,
    passWithNoTests: true,
    // No assertion on wall time: a slow machine is not a failure, only a test that hangs is.
    testTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
