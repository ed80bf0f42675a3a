// The doors of the package as aliases for a build of Vite: what `holdfast` and `holdfast/…` mean there.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param fileOf - the file of a door, from its entry under `exports` of package.json */
export function doorAliases(fileOf) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, to]) => typeof to === 'object')
    .map(([door, to]) => ({ find: new RegExp(`^holdfast${door.slice(1)}$`), replacement: fileOf(to) }));
}
