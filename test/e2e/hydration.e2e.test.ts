// A page that was rendered on the server is hydrated in a real browser without a word of complaint, and then it is live; the same page, compiled, too.
import { afterEach, expect, it } from 'vitest';
import { setStage, type Stage } from './hydration/stage.js';

let stage: Stage;
afterEach(() => stage?.close());

/** A slow machine is not a failure. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

it.each([false, true])('is hydrated (compiled: %s) as the server rendered it, early and late, and then shows what comes', async (withCompiler) => {
  stage = await setStage(withCompiler);
  expect(stage.isCompiled).toBe(withCompiler);
  expect(stage.html).toContain('<p id="status">idle</p>');
  await stage.say('before');

  const { tab, shown, complaints, mended, openGate, isServersOwn } = await stage.visit();
  await eventually(() => shown('status')).toBe('connected');
  await eventually(() => shown('lines')).toBe('before');
  await eventually(() => shown('history')).toBe('asked');

  // The late part still shows what the server rendered, and is hydrated while the store knows more.
  expect(await shown('late')).toBe('false ');
  await openGate();
  await eventually(() => shown('late')).toBe('true before');

  await stage.say('live');
  await eventually(() => shown('lines')).toBe('before live');
  await eventually(() => shown('late')).toBe('true before live');
  await eventually(() => shown('tapped')).toBe('1');
  await tab.getByRole('button').click();
  await eventually(() => shown('lines')).toBe('before live hello');
  await eventually(() => tab.getByRole('button').textContent()).toBe('success');

  expect(await mended()).toEqual([]);
  expect(complaints).toEqual([]);
  expect(await isServersOwn()).toBe(true);
  expect(stage.sockets()).toBe(1);
});

it('would complain if the server had rendered anything else', async () => {
  stage = await setStage(false);
  await stage.say('before');
  const { shown, mended, isServersOwn } = await stage.visit((html) => html.replace('<p id="status">idle</p>', '<p id="status">connected</p>'));
  await eventually(() => shown('lines')).toContain('before');
  expect(await mended()).toEqual([expect.stringContaining('Hydration failed')]);
  expect(await isServersOwn()).toBe(false);
});
