// What the scoreboard shows, gathered where it happens and looked at four times a second.
import type { CommandRef, SentCommand } from 'holdfast';
import { framesAndRenders } from './frames.js';
import { createSampled } from './sampled.js';
import { createSequence, createTally, type Outcome } from './score.js';
import { timeline } from './timeline.js';

export const priceScore = createSequence();
export const orderScore = createSequence();
const tally = createTally();

export const figures = createSampled(250, () => ({
  prices: priceScore.get(),
  orders: orderScore.get(),
  commands: tally.get(),
  ...framesAndRenders(),
}));

const OUTCOME: Readonly<Record<string, Outcome>> = { cancelled: 'withdrawn', 'outcome-unknown': 'unknown' };
const IN_WORDS: Readonly<Record<Outcome, string>> = { done: 'done', refused: 'refused', withdrawn: 'taken back', unknown: 'outcome unknown' };

/** Counts a command from now to its outcome, and gives it back. @param words - what it is called in the timeline */
export function counted<Ref extends CommandRef>(words: string, sent: SentCommand<Ref>): SentCommand<Ref> {
  const ended = (outcome: Outcome) => {
    tally.ended(outcome);
    timeline.mark(outcome === 'done' ? 'done' : 'failed', `${words}: ${IN_WORDS[outcome]}.`);
  };
  tally.sent();
  sent.result.then(
    () => ended('done'),
    ({ code }: { readonly code: string }) => ended(OUTCOME[code] ?? 'refused'),
  );
  return sent;
}
