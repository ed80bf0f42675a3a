// React's own lint rules, tried: the house takes every rule of `recommended` as an error, and each finds what is planted for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);

interface Config {
  jsPlugins: { name: string; specifier: string }[];
  overrides: { files: string[]; rules: Record<string, unknown> }[];
}
const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Config;
const { configs } = require('eslint-plugin-react-hooks') as { configs: { recommended: { rules: Record<string, string> } } };
const recommended = Object.keys(configs.recommended.rules).map((rule) => rule.replace('react-hooks/', ''));

/** `config` and `gating` judge options of the compiler, and are given none; the memoization is judged where the compiler writes code, in `check-compiler`. */
const WITHOUT_SIN = ['preserve-manual-memoization', 'config', 'gating'];

/** One sin a rule; every file begins with the imports below. */
const SINS: Readonly<Record<string, string>> = {
  'rules-of-hooks': `export function useSome(isOn: boolean) { if (isOn) useState(1); }`,
  'exhaustive-deps': `export function useSome(a: number) { useEffect(() => console.log(a), []); }`,
  'static-components': `export function Page() { const Inner = () => <b />; return <Inner />; }`,
  'use-memo': `export function useSome(a: number) { return useMemo(function* () { yield a; }, [a]); }`,
  'incompatible-library': `import { useReactTable } from '@tanstack/react-table';\nexport function useSome(a: never) { return useReactTable(a); }`,
  immutability: `export function useSome() { const [a] = useState({ b: 1 }); a.b = 2; return a; }`,
  globals: `let count = 0;\nexport function Page() { count = 1; return <b>{count}</b>; }`,
  refs: `export function useSome(a: () => void) { const latest = useRef(a); latest.current = a; return latest; }`,
  'set-state-in-effect': `export function useSome(a: number) { const [b, setB] = useState(0); useEffect(() => { setB(a); }, [a]); return b; }`,
  'error-boundaries': `export function Page({ children }: { children: string }) { try { return <p>{children}</p>; } catch { return null; } }`,
  purity: `export function Page() { return <b>{Math.random()}</b>; }`,
  'set-state-in-render': `export function useSome(a: number) { const [b, setB] = useState(0); setB(a); return b; }`,
  'unsupported-syntax': `export function Page() { eval('1'); return <b />; }`,
};

const IMPORTS = `import { useEffect, useMemo, useRef, useState } from 'react';\nexport const used = [useEffect, useMemo, useRef, useState];\n`;

/** What the linter, with this repository's settings, finds in these files: file → codes. */
function lint(files: Readonly<Record<string, string>>): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
  try {
    const jsPlugins = config.jsPlugins.map(({ name, specifier }) => ({ name, specifier: specifier.startsWith('./') ? join(root, specifier) : require.resolve(specifier) }));
    writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify({ ...config, $schema: undefined, jsPlugins }));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), IMPORTS + text);
    }
    const run = spawnSync(process.execPath, [join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--format=json'], { cwd: folder, encoding: 'utf8' });
    const found = new Map(Object.keys(files).map((file) => [file, [] as string[]]));
    const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: { code: string; filename: string }[] };
    for (const { code, filename } of diagnostics) found.get(filename)?.push(code);
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the rules of eslint-plugin-react-hooks', () => {
  it('are taken as errors, every one that is recommended', () => {
    const taken = config.overrides.find(({ rules }) => 'react-hooks-js/refs' in rules);
    expect(taken?.rules).toEqual(Object.fromEntries(recommended.map((rule) => [`react-hooks-js/${rule}`, 'error'])));
    expect(recommended.filter((rule) => !(rule in SINS))).toEqual(WITHOUT_SIN);
  });

  it('find each what is planted for it', () => {
    const found = lint(Object.fromEntries(Object.entries(SINS).map(([rule, text]) => [`src/react/${rule}.tsx`, text])));
    const unseen = Object.keys(SINS).filter((rule) => !found.get(`src/react/${rule}.tsx`)?.includes(`react-hooks-js(${rule})`));
    expect(unseen).toEqual([]);
  });

  it('look at every place where hooks are written, and at no other', () => {
    const sin = SINS['refs'] as string;
    const places = ['src/react/a.ts', 'src/testing/react-a.tsx', 'src/testing/react/a.tsx', 'stories/a.stories.tsx', '.storybook/a.tsx', 'examples/first/a.tsx'];
    const found = lint(Object.fromEntries([...places, 'src/core/a.ts'].map((file) => [file, sin])));
    const seen = [...found].filter(([, codes]) => codes.includes('react-hooks-js(refs)')).map(([file]) => file);
    expect(seen).toEqual(places);
  });
});
