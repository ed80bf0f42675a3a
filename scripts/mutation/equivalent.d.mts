/** A mutant that no test can kill, with its reason. */
export interface Equivalent {
  readonly file: string;
  /** The whole line, without its indentation. */
  readonly line: string;
  readonly operator: string;
  readonly after: string;
  /** Which one, where the same change is possible several times in that line; 1 if left out. */
  readonly nth?: number;
  readonly why: string;
}
export const EQUIVALENT: readonly Equivalent[];
