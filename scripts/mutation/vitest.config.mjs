// The Vitest configuration of a mutation run: the `unit` and `dom` projects of vite.config.ts, with each sampled mutant behind a switch. Read by worker.mjs alone.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vite';
import base from '../../vite.config.ts';
import { withSwitches } from './mutants.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const plan = JSON.parse(readFileSync(process.env.HOLDFAST_MUTATION_PLAN, 'utf8'));

/** Tests that are no killers: they spawn processes, read text, or test the simulation itself. What they cover, others cover. */
const NO_KILLERS = ['test/package/**', 'test/types/**', 'test/supervisor/**', 'test/stories/**', 'test/desk/**', 'test/torture/**', 'test/architecture/**', 'test/simulation/planted-bugs.test.ts', 'examples/**'];

const texts = new Map();
for (const [file, source] of Object.entries(plan.sources)) {
  texts.set(join(root, file), withSwitches(source, plan.mutants.filter((mutant) => mutant.file === file), ({ number }) => number));
}

/** The tables of the machines are not walked: their snapshots accept whatever a machine does, so that a walk would only reach mutants, and stumble over some. */
const tables = join(root, 'test', 'rooms', 'table.ts');
texts.set(tables, readFileSync(tables, 'utf8').replace(/^export function (machineTable|containerTable)\b/gm, "export const $1 = (): string => '';\nfunction unused_$1"));

const switches = {
  name: 'holdfast-mutants',
  enforce: 'pre',
  /** The text as it was when the run began, whatever somebody writes into the file meanwhile. */
  load: (id) => texts.get(id),
};

const { projects, ...test } = base.test;
const killers = projects.filter((project) => project.test.name === 'unit' || project.test.name === 'dom');

export default {
  ...mergeConfig({ ...base, test: undefined }, { root, plugins: [switches] }),
  test: {
    ...test,
    projects: killers.map((project) => ({
      ...project,
      test: { ...project.test, exclude: [...project.test.exclude, ...NO_KILLERS], setupFiles: [join(root, 'scripts', 'mutation', 'setup.mjs')] },
    })),
  },
};
