import type { Mutant } from './mutants.mjs';

export function sample(byFile: ReadonlyMap<string, readonly Mutant[]>, size: number, seed: string): readonly Mutant[];
