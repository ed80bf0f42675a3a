// The mutation run's own tests: which changes it knows, that a switch is the same as the change itself, and that its sample is the same every time.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { EQUIVALENT } from '../../scripts/mutation/equivalent.mjs';
import { findMutants, withSwitches, type Mutant } from '../../scripts/mutation/mutants.mjs';
import { sample } from '../../scripts/mutation/sample.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `before → after` of each change of one text. */
function changes(source: string): string[] {
  return findMutants('a.ts', source).map(({ before, after }) => `${before} → ${after}`);
}

describe('the changes', () => {
  test.each([
    ['const a = b < c;', ['b < c → b <= c']],
    ['const a = b !== c;', ['b !== c → b === c']],
    ['const a = b && (c || d);', ['b && (c || d) → (b) || (c || d)', 'c || d → (c) && (d)']],
    ["const a = DEV && 'x';", []],
    ['const a = b + 7;', ['b + 7 → b - 7', '7 → (7 + 1)', '7 → (7 - 1)']],
    ["const a = 'x' + b;", []],
    ['const a = !b;', ['!b → b']],
    ['const a = b ? c : d;', ['b ? c : d → !(b) ? c : d']],
    ['const a = b === c ? d : e;', ['b === c → b !== c']],
    ['const a = Math.max(b, c);', ['Math.max(b, c) → Math.min(b, c)']],
    ['const a = list.some(f);', ['list.some(f) → list.every(f)']],
    ['const a = list.filter(f);', ['list.filter(f) → list']],
    ["const a = list.join(',');", ["',' → ''"]],
    ["const a: 'x' | 1 = 'x';", []],
    ['const a = b?.c?.();', ['b?.c?.() → b.c?.()', 'b?.c?.() → b?.c()']],
    ['const a = [b] as const;', ['[b] → []']],
    ['a++;', ['a++; → ;', 'a++ → a--']],
    ['a += b;', ['a += b; → ;', 'a += b → a -= b']],
    ['if (a) b();', ['a → !(a)', 'b(); → ;']],
    ['const a = () => b();', ['b() → undefined']],
    ['function a() { if (b < c) return; return 1; }', ['b < c → b <= c', 'b < c → !(b < c)', 'return; → ;', '1 → (1 + 1)', '1 → (1 - 1)']],
    ['function a() { switch (b) { case c: return d(); default: return b satisfies never; } }', ['return d(); → ;']],
    ['interface A { readonly b: 1 }', []],
    ["import a from ',';", []],
    ['const a = { 1: b, c: true };', ['true → false']],
    ['const a = list[b]?.size ?? 0;', ['list[b]?.size ?? 0 → (list[b]?.size) && (0)', 'list[b]?.size → list[b].size']],
    ['const a = sizes.get(b) ?? 0;', ['sizes.get(b) ?? 0 → (sizes.get(b)) && (0)', '0 → (0 + 1)']],
    ['const a = counts[b] ?? 0;', ['counts[b] ?? 0 → (counts[b]) && (0)']],
  ])('%s', (source, expected) => {
    expect(changes(source).toSorted()).toEqual(expected.toSorted());
  });

  test('the same change twice in a line has two numbers, and another line of the same text has others', () => {
    const found = findMutants('a.ts', 'const a = [b < 1, b < 1];\nconst c = [b < 1];').filter(({ operator }) => operator === '< → <=');
    expect(found.map(({ line, nth }) => [line, nth])).toEqual([[1, 1], [1, 2], [2, 1]]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
  });

  test('a change keeps its id when the lines above it change', () => {
    const ids = (source: string): string[] => findMutants('a.ts', source).map(({ id }) => id);
    expect(ids('// new\n\nif (a) b();')).toEqual(ids('if (a) b();'));
  });
});

describe('the switches', () => {
  const SOURCE = `
    let sum = 0;
    for (const n of [1, 2, 3, 4]) {
      if (n % 2 === 0 && n > 2) continue;
      sum += n > 1 ? Math.max(n, 2) : 1;
    }
    const list = [5, 6].filter((n) => n !== 6);
    const found = list.some((n) => n === 5) || !list.length;
    result = [sum, list, found, nothing?.a];`;
  const run = (source: string, isMutant: (number: number) => boolean): string => {
    try {
      // eslint-disable-next-line typescript/no-implied-eval -- the mutant is a text
      return JSON.stringify(new Function('isMutant', `let result; const nothing = undefined; ${source}; return result;`)(isMutant));
    } catch (error) {
      return String(error);
    }
  };
  const switched = (mutants: readonly Mutant[]): string => withSwitches(SOURCE, mutants, (mutant) => mutants.indexOf(mutant)).replace(/^const isMutant = [^;]+;/, '');

  test('with none on, the text does what it did', () => {
    const mutants = findMutants('a.ts', SOURCE);
    expect(mutants.length).toBeGreaterThan(25);
    expect(run(switched(mutants), () => false)).toBe(run(SOURCE, () => false));
  });

  test('with one on, it does what the changed text does', () => {
    const mutants = findMutants('a.ts', SOURCE);
    let different = 0;
    for (const [number, { start, end, after }] of mutants.entries()) {
      const changed = run(SOURCE.slice(0, start) + after + SOURCE.slice(end), () => false);
      expect(run(switched(mutants), (asked) => asked === number)).toBe(changed);
      if (changed !== run(SOURCE, () => false)) different++;
    }
    expect(different).toBeGreaterThan(20);
  });

  test('every file of the two cores can be read with all of its switches', () => {
    for (const folder of ['src/core', 'src/server/core']) {
      for (const path of readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
        const source = readFileSync(`${root}${folder}/${path}`, 'utf8');
        const mutants = findMutants(`${folder}/${path}`, source);
        const text = withSwitches(source, mutants, (mutant) => mutants.indexOf(mutant));
        expect(parseSync(path, text).errors, path).toEqual([]);
      }
    }
  });
});

describe('the sample', () => {
  const file = (name: string, lines: number): [string, readonly Mutant[]] => [name, findMutants(name, Array.from({ length: lines }, (_, i) => `if (a${i} < 1) b${i}();`).join('\n'))];
  const files = new Map([file('long.ts', 90), file('short.ts', 10), file('tiny.ts', 1)]);
  const ids = (mutants: readonly Mutant[]): string[] => mutants.map(({ id }) => id);

  test('is the same for the same seed, and another one for another', () => {
    expect(ids(sample(files, 40, '1'))).toEqual(ids(sample(files, 40, '1')));
    expect(ids(sample(files, 40, '2'))).not.toEqual(ids(sample(files, 40, '1')));
  });

  test('is as large as it was asked for, with three of each file at least, and each line once before any is there twice', () => {
    const chosen = sample(files, 40, '1');
    expect(chosen).toHaveLength(40);
    const of = (name: string): readonly Mutant[] => chosen.filter((mutant) => mutant.file === name);
    expect(of('tiny.ts')).toHaveLength(3);
    expect(of('short.ts').length).toBeGreaterThanOrEqual(3);
    expect(of('long.ts').length).toBeGreaterThan(25);
    expect(new Set(of('long.ts').map(({ line }) => line)).size).toBe(of('long.ts').length);
    expect(sample(files, 10_000, '1')).toHaveLength([...files.values()].flat().length);
  });
});

test('every mutant that is said to be equivalent is there, and says why', () => {
  for (const known of EQUIVALENT) {
    const found = findMutants(known.file, readFileSync(`${root}${known.file}`, 'utf8'));
    const same = found.filter(({ lineText, operator, after, nth }) => lineText === known.line && operator === known.operator && after === known.after && nth === (known.nth ?? 1));
    expect(same.length, `${known.file}: ${known.line}`).toBeGreaterThan(0);
    expect(known.why.length).toBeGreaterThan(20);
  }
});
