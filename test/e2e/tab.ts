// A tab of a real Chromium that shows a list, a status, and what it complained of. Not a test.
import { chromium, type Browser, type Page } from 'playwright';
import { resolveBrowser } from '../../scripts/browser.mjs';

export interface Tab {
  readonly page: Page;
  readonly complaints: string[];
  isStatus(status: string): Promise<void>;
  /** The items of its list, when there are that many. */
  items(count: number): Promise<string[]>;
}

export async function launchBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await resolveBrowser();
  return await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
}

export async function openTab(browser: Browser, url: string): Promise<Tab> {
  const page = await (await browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser's own lines about a server that is not there are not ours.
    if (message.type() === 'error' && !/WebSocket connection to|Failed to load resource|favicon/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async isStatus(status) {
      await page.getByRole('status').filter({ hasText: new RegExp(`^${status}$`) }).waitFor();
    },
    async items(count) {
      await page.waitForFunction((wanted) => document.querySelectorAll('li').length === wanted, count);
      return page.locator('li').allTextContents();
    },
  };
}
