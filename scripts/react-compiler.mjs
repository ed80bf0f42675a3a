// The React Compiler over our sources, for the check (check-compiler.mjs) and for the Vitest project that runs a compiled page. Nothing that is shipped is compiled.
import { transformSync } from '@babel/core';
import compiler from 'babel-plugin-react-compiler';

/**
 * Compiles one file; what is TypeScript or JSX stays so.
 *
 * @param {string} file
 * @param {string} text
 * @param {'all_errors' | 'none'} [panicThreshold] - with `none` a function that cannot be compiled stays as it is
 * @returns {{ code: string, map: object | null, compiled: string[], left: string[] }} the functions that were compiled, and those that were not, each with its reason
 */
export function compileReact(file, text, panicThreshold = 'all_errors') {
  const compiled = [];
  const left = [];
  const logger = {
    logEvent(_, event) {
      if (event.kind === 'CompileSuccess') compiled.push(event.fnName ?? 'a function without a name');
      else if (event.kind.startsWith('Compile') || event.kind === 'PipelineError') left.push(inWords(event));
    },
  };
  const plugins = [[compiler, { panicThreshold, target: '19', logger }]];
  const parserOpts = { plugins: ['typescript', 'jsx'] };
  try {
    const { code, map } = transformSync(text, { filename: file, babelrc: false, configFile: false, sourceMaps: true, parserOpts, plugins });
    return { code, map, compiled, left };
  } catch (error) {
    // With all errors it throws after the first; the logger has heard of it already, unless the file does not parse.
    return { code: text, map: null, compiled, left: left.length > 0 ? left : [`1: ${error.message}`] };
  }
}

function inWords({ kind, detail, data, reason, fnLoc }) {
  const at = detail?.loc ?? detail?.options?.details?.find(({ loc }) => loc)?.loc ?? fnLoc;
  const words = detail?.reason ?? reason ?? data ?? kind;
  return `${at?.start?.line ?? 1}: ${words}`;
}

/**
 * A Vite plugin that compiles the files in some folders.
 *
 * @param {{ all: string, some: string }} folders - in `all` everything must be compiled; in `some` a function that counts its own renders may stay as it is
 */
export function reactCompiler({ all, some }) {
  return {
    name: 'holdfast:react-compiler',
    enforce: 'pre',
    transform(text, id) {
      const file = id.split('?')[0];
      const isStrict = file.startsWith(all);
      if (!/\.tsx?$/.test(file) || (!isStrict && !file.startsWith(some))) return null;
      const { code, map, left } = compileReact(file, text, isStrict ? 'all_errors' : 'none');
      if (isStrict && left.length > 0) this.error(left.join('\n'));
      return { code, map };
    },
  };
}
