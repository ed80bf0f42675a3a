// The declarations of dist under every TypeScript that users may have: test/declarations/consumer.tsx is compiled against the doors as a package of its own
// would see them, with `skipLibCheck: false`. Run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Where each is installed; the first two are packages of their own, because one folder holds one TypeScript. */
const COMPILERS = ['test/typescript-5.9', 'test/typescript-6.0', '.'].map((home) => join(root, home, 'node_modules', 'typescript'));
/** With a bundler, and as Node resolves. */
const MODULES = [
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
];

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const doors = Object.entries(exports)
  .filter(([, to]) => typeof to === 'object')
  .map(([door, { types }]) => ({ name: `holdfast${door.slice(1)}`, types }));
const consumer = join(root, 'test', 'declarations', 'consumer.tsx');
const problems = [];
const versions = [];

for (const { name, types } of doors) {
  if (!existsSync(join(root, types))) problems.push(`${types} is not there; run npm run build`);
  if (!readFileSync(consumer, 'utf8').includes(`from '${name}'`)) problems.push(`test/declarations/consumer.tsx does not use ${name}`);
}

// A package of its own with `holdfast` as a dependency; inside the repository, so that it finds React, zod and the types of Node.
const folder = join(root, 'node_modules', '.cache', 'holdfast', 'declarations');
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'node_modules'), { recursive: true });
symlinkSync(root, join(folder, 'node_modules', 'holdfast'), 'junction');
writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
writeFileSync(join(folder, 'consumer.tsx'), readFileSync(consumer));
for (const compiler of COMPILERS) {
  const { version, bin } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
  versions.push(version);
  for (const modules of MODULES) {
    const compilerOptions = {
      ...modules,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      jsx: 'react-jsx',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.tsx'] }));
    const run = spawnSync(process.execPath, [join(compiler, bin.tsc), '-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
    if (run.status !== 0) problems.push(`TypeScript ${version}, ${modules.moduleResolution}:\n${run.stdout}${run.stderr}`.trim());
  }
}
for (const problem of problems) console.log(`declarations: ${problem}`);
console.log(problems.length === 0 ? `${doors.length} doors under TypeScript ${versions.join(', ')}, skipLibCheck: false` : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
