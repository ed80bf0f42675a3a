// A page's links fall silent in a real browser, one of two or all: nothing is lost, nothing comes twice. The times are asserted in test/proof.
import { afterEach, expect, it } from 'vitest';
import { silenceAll, silenceOne } from './pool/silence.js';
import { setStage, type Stage } from './pool/stage.js';

let stage: Stage;
afterEach(() => stage?.close());

it('a link that falls silent is taken over by the other one', { timeout: 120_000 }, async () => {
  stage = await setStage();
  const { received, published } = await silenceOne(stage, { forMs: 11_000, perSecond: 6 });
  expect(received).toBe(published);
});

it('all links that fall silent come back with every event, and every command was run once', { timeout: 120_000 }, async () => {
  stage = await setStage();
  const { received, published } = await silenceAll(stage, { forMs: 9_000, perSecond: 6 });
  expect(received).toBe(published);
});
