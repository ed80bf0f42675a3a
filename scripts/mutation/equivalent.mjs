// Mutants that no test can kill, because they change nothing that anybody could notice; each with its reason. The run prints them and leaves them out of its share.
// An entry whose mutant is not there any more, or is killed by an assertion, fails the run.

/**
 * `line`: the whole line, without its indentation. `nth`: which one, where the same change is possible several times in that line.
 * @type {readonly { readonly file: string, readonly line: string, readonly operator: string, readonly after: string, readonly nth?: number, readonly why: string }[]}
 */
export const EQUIVALENT = [
  {
    file: 'src/core/contract.ts',
    line: "export const OPEN_CONTRACT: OpenContractId = { description: 'no contract', isOpen: true };",
    operator: 'boolean',
    after: 'false',
    why: 'A mark for the compiler, which tells the open contract from the others by its type; nothing reads it at run time.',
  },
  {
    file: 'src/core/pool/pool.machine.ts',
    line: "return alone({ ...state, isWanted: false }, -1);",
    operator: 'number + 1',
    after: '(1 + 1)',
    why: 'Stands for "no link is kept": links count from 0, so that any negative number is none of them.',
  },
  {
    file: 'src/core/pool/pool.machine.ts',
    line: "if (slot?.tag !== 'ready' || slot.isSuspect === event.isSuspect) return [state, NOTHING];",
    operator: '?. → .',
    after: 'slot.tag',
    why: 'For the compiler: an event that names a link names one of the pool, and each of those has a slot.',
  },
  {
    file: 'src/core/protocol/codec.ts',
    line: "if (countUpTo(text, '{', maxDepth) + countUpTo(text, '[', maxDepth) <= maxDepth) return false;",
    operator: '<= → <',
    after: "countUpTo(text, '{', maxDepth) + countUpTo(text, '[', maxDepth) < maxDepth",
    why: 'A shortcut: a text with exactly as many brackets as it may be deep is looked at sign by sign instead, with the same answer.',
  },
  {
    file: 'src/core/protocol/position.ts',
    line: 'if (offset === next) return NEXT;',
    operator: 'early return dropped',
    after: ';',
    why: 'Saves an object for each run of events; the last line makes an equal one.',
  },
  {
    file: 'src/core/data/optimistic.ts',
    line: 'let height = -1;',
    operator: 'number + 1',
    after: '(1 + 1)',
    why: 'Any number below 0 says that what is shown must be made anew.',
  },
  {
    file: 'src/core/handles.ts',
    line: 'return [];',
    operator: 'early return dropped',
    after: ';',
    why: 'After an optimistic function that threw there are no edits: an empty list shows as little as none.',
  },
  {
    file: 'src/core/pool/pool.machine.ts',
    line: "if (slot?.tag !== 'seeking') return [state, NOTHING];",
    operator: '?. → .',
    after: 'slot.tag',
    why: 'For the compiler: an event that names a link names one of the pool, and each of those has a slot.',
  },
  {
    file: 'src/core/pool/pool.machine.ts',
    line: "if (spare !== before.spare) more.push(spare === null ? { type: 'stop-timer', name: 'spare' } : { type: 'start-timer', name: 'spare', ms: lingerMs });",
    operator: 'push → unshift',
    after: "more.unshift(spare === null ? { type: 'stop-timer', name: 'spare' } : { type: 'start-timer', name: 'spare', ms: lingerMs })",
    why: 'The timer of the spare link and the start of another one have nothing to do with each other: either may come first.',
  },
  {
    file: 'src/core/protocol/codec.ts',
    line: 'for (let i = 0; i < text.length; i++) {',
    operator: '< → <=',
    after: 'i <= text.length',
    nth: 2,
    why: 'Behind the end of a text is no bracket and no quotation mark: one look more sees nothing.',
  },
  {
    file: 'src/core/queries/queries.ts',
    line: 'return;',
    operator: 'early return dropped',
    after: ';',
    nth: 3,
    why: 'The last case of a switch whose default is for the compiler alone: both leave the function.',
  },
];
