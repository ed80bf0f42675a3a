// What axe finds on a page in one state, in light, in dark and on a phone. Not a test.
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Trader } from './trader.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const VIEWS = [
  { view: 'light', width: 1440, height: 900, colorScheme: 'light' },
  { view: 'dark', width: 1440, height: 900, colorScheme: 'dark' },
  { view: 'phone', width: 390, height: 844, colorScheme: 'light' },
] as const;

/** One line for each element that breaks a rule; none is what we want. */
export async function violations({ page }: Trader, state: string): Promise<string[]> {
  const found: string[] = [];
  for (const { view, width, height, colorScheme } of VIEWS) {
    await page.setViewportSize({ width, height });
    // Prices that flash are between two colours: axe would judge a moment that nobody sees.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: AXE });
    const { violations: rules } = (await page.evaluate((options) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options), {
      resultTypes: ['violations'],
    } satisfies RunOptions)) as AxeResults;
    found.push(...rules.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${state}, ${view}: ${id} at ${target.join(' ')}: ${failureSummary}`)));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}
