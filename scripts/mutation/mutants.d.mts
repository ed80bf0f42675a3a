/** One change of one place. */
export interface Mutant {
  /** Path from the repository's root. */
  readonly file: string;
  /** What kind of change it is. */
  readonly operator: string;
  /** Offsets of the text that is replaced. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The line itself, without its indentation. */
  readonly lineText: string;
  /** Which one, where the same change is possible several times in such a line. */
  readonly nth: number;
  /** The text that is replaced. */
  readonly before: string;
  readonly after: string;
  readonly isStatement: boolean;
  /** Outside every function: runs once, when the module is loaded. */
  readonly isStatic: boolean;
  /** Stable while the line and the change stay as they are, wherever the line moves. */
  readonly id: string;
}
export function findMutants(file: string, source: string): readonly Mutant[];
export function withSwitches(source: string, mutants: readonly Mutant[], numberOf: (mutant: Mutant) => number): string;
export function describeMutant(mutant: Mutant): { readonly before: string; readonly after: string; readonly operator: string };
