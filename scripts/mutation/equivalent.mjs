// Mutants that no test can kill, because they change nothing that anybody could notice; each with its reason. The run prints them and leaves them out of its share.
// An entry whose mutant is not there any more, or is killed by an assertion, fails the run.

/**
 * `line`: the whole line, without its indentation. `nth`: which one, where the same change is possible several times in that line.
 * @type {readonly { readonly file: string, readonly line: string, readonly operator: string, readonly after: string, readonly nth?: number, readonly why: string }[]}
 */
export const EQUIVALENT = [];
