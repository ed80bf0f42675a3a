// Which mutants are run: the same ones for the same seed, spread over all files, and the same ones again after a change elsewhere.
import { createHash } from 'node:crypto';

/** So many of a file at least, if it has as many. */
const LEAST = 3;

/** `size` mutants, each file with a share by its length; within a file first one a line, in an order that the seed and the mutant's own text decide. */
export function sample(byFile, size, seed) {
  const files = [...byFile].map(([file, mutants]) => ({ file, ranked: rank(mutants, seed), lines: new Set(mutants.map(({ line }) => line)).size }));
  const shares = share(files, size);
  return files.flatMap(({ file, ranked }) => ranked.slice(0, shares.get(file)));
}

function rank(mutants, seed) {
  const ranked = mutants
    .map((mutant) => ({ mutant, rank: createHash('sha256').update(`${seed} ${mutant.id}`).digest('hex') }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ mutant }) => mutant);
  const seen = new Set();
  const firsts = ranked.filter(({ line }) => !seen.has(line) && seen.add(line));
  const isFirst = new Set(firsts);
  return [...firsts, ...ranked.filter((mutant) => !isFirst.has(mutant))];
}

/** Largest remainders, over the least that each file gets. */
function share(files, size) {
  const shares = new Map(files.map(({ file, ranked }) => [file, Math.min(LEAST, ranked.length)]));
  const given = [...shares.values()].reduce((sum, count) => sum + count, 0);
  const left = Math.max(0, size - given);
  const open = files.filter(({ file, ranked }) => ranked.length > shares.get(file));
  const total = open.reduce((sum, { lines }) => sum + lines, 0);
  const exact = open.map(({ file, lines, ranked }) => ({ file, room: ranked.length - shares.get(file), exact: total === 0 ? 0 : (left * lines) / total }));
  let rest = left;
  for (const one of exact) {
    const more = Math.min(one.room, Math.floor(one.exact));
    shares.set(one.file, shares.get(one.file) + more);
    rest -= more;
  }
  for (const { file, room, exact: wished } of exact.toSorted((a, b) => (b.exact % 1) - (a.exact % 1) || (a.file < b.file ? -1 : 1))) {
    if (rest <= 0) break;
    if (room <= Math.floor(wished)) continue;
    shares.set(file, shares.get(file) + 1);
    rest--;
  }
  return shares;
}
