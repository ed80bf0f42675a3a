// A page that was rendered on the server is hydrated in a real browser without a word of complaint, and then it is live.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setStage, type Stage } from './hydration/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage?.close());

it('is hydrated as the server rendered it, early and late, and then shows what comes', async () => {
  expect(stage.html).toContain('<p id="status">idle</p>');
  await stage.say('before');

  const { tab, shown, complaints, mended, openGate, isServersOwn } = await stage.visit();
  await expect.poll(() => shown('status')).toBe('connected');
  await expect.poll(() => shown('lines')).toBe('before');
  await expect.poll(() => shown('history')).toBe('asked');

  // The late part still shows what the server rendered, and is hydrated while the store knows more.
  expect(await shown('late')).toBe('false ');
  await openGate();
  await expect.poll(() => shown('late')).toBe('true before');

  await stage.say('live');
  await expect.poll(() => shown('lines')).toBe('before live');
  await expect.poll(() => shown('late')).toBe('true before live');
  await expect.poll(() => shown('tapped')).toBe('1');
  await tab.getByRole('button').click();
  await expect.poll(() => shown('lines')).toBe('before live hello');
  await expect.poll(() => tab.getByRole('button').textContent()).toBe('success');

  expect(await mended()).toEqual([]);
  expect(complaints).toEqual([]);
  expect(await isServersOwn()).toBe(true);
  expect(stage.sockets()).toBe(1);
});

it('would complain if the server had rendered anything else', async () => {
  const { shown, mended, isServersOwn } = await stage.visit((html) => html.replace('<p id="status">idle</p>', '<p id="status">connected</p>'));
  await expect.poll(() => shown('lines')).toContain('before');
  expect(await mended()).toEqual([expect.stringContaining('Hydration failed')]);
  expect(await isServersOwn()).toBe(false);
});
