// The check of the React Compiler, tried: what breaks a rule, what it cannot read and what was kept from it are all found, and what is right is compiled.
import { expect, it } from 'vitest';
import { checkCompiler } from '../../scripts/check-compiler.mjs';

const RIGHT = `import { useState } from 'react';
export function useTwice(n: number) { const [m] = useState(n); return [m * 2, n]; }
export function Page({ n }: { n: number }) { return <b>{useTwice(n)}</b>; }
`;

const SINS: Readonly<Record<string, string>> = {
  'a ref written in a render': `import { useRef } from 'react';\nexport function useSome(a: number) { const r = useRef(a); r.current = a; return r; }`,
  'a memo whose list leaves something out': `import { useMemo } from 'react';\nexport function useSome(a: { b: number }, c: number) { return useMemo(() => [a.b, c], [c]); }`,
  'syntax that it cannot read': `let n = 0;\nexport function Page() { return <b>{n++}</b>; }`,
  'a rule that is switched off': `import { useMemo } from 'react';\nexport function useSome(a: number) {\n  // eslint-disable-next-line react-hooks/exhaustive-deps\n  return useMemo(() => a, []);\n}`,
  'a function that is kept from it': `export function Page() {\n  'use no memo';\n  return <b />;\n}`,
  'a file that does not parse': `export function Page( { return <b />; }`,
};

it('compiles what is right, everywhere that hooks are written', () => {
  const places = ['src/react/a.tsx', 'src/testing/react-a.tsx', 'stories/a.stories.tsx', '.storybook/a.tsx', 'examples/first/a.tsx'];
  const tree = Object.fromEntries([...places, 'src/core/a.ts', 'test/a.tsx'].map((file) => [file, RIGHT]));
  expect(checkCompiler(tree)).toEqual({ files: places.length, compiled: 2 * places.length, left: [] });
});

it.each(Object.entries(SINS))('finds %s', (_, text) => {
  const { left } = checkCompiler({ 'src/react/planted.tsx': text });
  expect(left).not.toEqual([]);
  expect(left.every((line) => line.startsWith('src/react/planted.tsx:'))).toBe(true);
});
