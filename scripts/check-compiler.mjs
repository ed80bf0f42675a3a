// Every component and hook of ours can be compiled by the React Compiler as it is: what it leaves uncompiled breaks a rule of React, and fails here.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTree } from './check-walls.mjs';
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const { files, compiled, left } = checkCompiler(readTree(root, ['src', 'stories', '.storybook', 'examples']));
  for (const line of left) console.log(line);
  console.log(`${compiled} functions of ${files} files compiled, ${left.length} left`);
  process.exit(left.length === 0 && compiled > 0 ? 0 : 1);
}
