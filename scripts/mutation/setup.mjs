// Runs before each test file of a mutation run: says which mutant is on, notes which ones a test reaches, and takes the snapshot tables out of the judgement.
import fc from 'fast-check';
import { afterEach, beforeEach, expect } from 'vitest';

const active = Number(process.env.HOLDFAST_MUTANT ?? -1);
/** Modules outlive a test file here, and so does this. */
const state = (globalThis.holdfastMutation ??= { reached: new Set() });
const isRecording = active < 0;

globalThis.isHoldfastMutant = isRecording
  ? (number) => {
      state.reached.add(number);
      return false;
    }
  : (number) => number === active;

// The same arbitrary values each time: a mutant is not killed by luck.
fc.configureGlobal({ seed: 1 });

// `-u` would accept whatever a snapshot says: a promise that only a snapshot holds is not held. The machines' tables are empty here (vitest.config.mjs).
const accepts = () => ({ pass: true, message: () => '' });
expect.extend({ toMatchSnapshot: accepts, toMatchInlineSnapshot: accepts, toMatchFileSnapshot: async () => accepts() });

if (isRecording) {
  let isFirst = true;
  state.reached = new Set();
  beforeEach(({ task }) => {
    // Reached while the modules loaded, or in `beforeAll`: every test of the file depends on it.
    if (isFirst) task.meta.shared = [...state.reached];
    isFirst = false;
    state.reached = new Set();
  });
  afterEach(({ task }) => {
    task.meta.reached = [...state.reached];
  });
}
