/** Acceptance of the pool in a real browser, with its times: one link of two silenced, then all of them for 15 s. */
import { afterEach, expect, it } from 'vitest';
import { silenceAll, silenceOne } from '../e2e/pool/silence.js';
import { setStage, type Stage } from '../e2e/pool/stage.js';

let stage: Stage;
afterEach(() => stage?.close());

it('a silenced link is noticed within 10 s, and no channel of it is without a live link for more than 1 s after the verdict', async () => {
  for (let run = 0; run < 3; run++) {
    stage = await setStage();
    const result = await silenceOne(stage, { forMs: 12_000, perSecond: 20 });
    await stage.close();
    console.log('one of two silenced', result);
    expect(result.received).toBe(result.published);
    expect(result.noticedMs).toBeLessThan(10_000);
    expect(result.withoutLinkMs).toBeLessThanOrEqual(1_000);
  }
});

it('all links silenced for 15 s while the server publishes 20 a second: 300 of 300, no gap, every command once', async () => {
  for (let run = 0; run < 3; run++) {
    stage = await setStage();
    const result = await silenceAll(stage, { forMs: 15_000, perSecond: 20 });
    await stage.close();
    console.log('all silenced for 15 s', result);
    expect(result).toMatchObject({ received: 300, published: 300, runs: [0, 1, 2, 3, 4] });
  }
});
