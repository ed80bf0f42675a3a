// Every component and hook of ours can be compiled by the React Compiler as it is: what it leaves uncompiled breaks a rule of React, and fails here.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileReact } from './react-compiler.mjs';

/** Where hooks are written. */
const PLACES = /^(src\/react|src\/testing\/react|stories|\.storybook|examples)/;

/**
 * @param {Readonly<Record<string, string>>} tree - path → text
 */
export function checkCompiler(tree) {
  const files = Object.keys(tree).filter((file) => PLACES.test(file));
  const results = files.map((file) => ({ file, ...compileReact(file, tree[file]) }));
  return {
    files: files.length,
    compiled: results.flatMap(({ compiled }) => compiled).length,
    left: results.flatMap(({ file, left }) => left.map((line) => `${file}:${line}`)),
  };
}

/** Every source of those folders. */
function readTree(root) {
  const names = ['src', 'stories', '.storybook', 'examples'].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)) : [],
  );
  const sources = names.filter((name) => /\.tsx?$/.test(name) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name));
  return Object.fromEntries(sources.map((name) => [name.split(sep).join('/'), readFileSync(join(root, name), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const { files, compiled, left } = checkCompiler(readTree(root));
  for (const line of left) console.log(line);
  console.log(`${compiled} functions of ${files} files compiled, ${left.length} left`);
  process.exit(left.length === 0 && compiled > 0 ? 0 : 1);
}
