// The README's quick starts as they stand there: its commands and files in an empty folder, with the package as npm would get it.
import { once } from 'node:events';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { samplesOf } from '../package/page-samples.js';
import { createProject, end, endAll, freePort, packLibrary, removeProjects, urlOf, type Project } from './packed-project.js';
import { launchBrowser, openTab, type Tab } from './tab.js';

let browser: Browser;
let ours: Project;
let theirs: Project;

beforeAll(async () => {
  const tarball = await packLibrary();
  browser = await launchBrowser();
  const follow = async (heading: string): Promise<Project> => createProject(tarball, samplesOf('README.md', heading), { PORT: String(await freePort()) });
  ours = await follow('Quick start');
  theirs = await follow('With the server you already have');
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await endAll();
});

afterAll(async () => {
  await browser?.close();
  removeProjects();
});

const open = (url: string): Promise<Tab> => openTab(browser, url);

describe('the quick starts of the README', () => {
  it('with our server', async () => {
    const { start, lines } = ours;
    expect(lines).toEqual(['npx tsx server.ts', 'npx vite']);
    const [serverLine, pageLine] = lines as [string, string];
    let server = start(serverLine);
    const url = await urlOf(start(pageLine));
    const [ada, ben] = [await open(url), await open(url)];
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);

    const hello = ada.page.getByRole('button', { name: 'Say hello' });
    await hello.click();
    expect(await ben.items(1)).toEqual(['Ada: hello']);

    await end(server);
    await Promise.all([ada.isStatus('reconnecting'), ben.isStatus('reconnecting')]);
    for (const _ of [1, 2, 3]) await hello.click();
    await ada.page.getByText('Waiting for the connection').waitFor();
    server = start(serverLine);
    for (const tab of [ada, ben]) {
      expect(await tab.items(3)).toEqual(['Ada: hello', 'Ada: hello', 'Ada: hello']);
      // The memory of the first server is gone, and that is told.
      await tab.page.getByRole('alert').filter({ hasText: 'epoch' }).getByRole('button').click();
      await tab.page.getByRole('alert').waitFor({ state: 'detached' });
      expect(tab.complaints).toEqual([]);
    }

    // The same page as production has it, whose library is another build.
    await once(start('npx vite build'), 'exit');
    const eve = await open(await urlOf(start('npx vite preview')));
    expect(await eve.items(3)).toEqual(['Ada: hello', 'Ada: hello', 'Ada: hello']);
    await eve.page.getByRole('button', { name: 'Say hello' }).click();
    expect(await ben.items(4)).toHaveLength(4);
    expect(await eve.items(4)).toHaveLength(4);
    expect(eve.complaints).toEqual([]);
  });

  it('with the server of the article', async () => {
    const { start, lines } = theirs;
    expect(lines).toEqual(['node feed.mjs', 'npx vite']);
    const [serverLine, pageLine] = lines as [string, string];
    let server = start(serverLine);
    const url = await urlOf(start(pageLine));
    const [ada, ben] = [await open(url), await open(url)];
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);

    const offer = ada.page.getByRole('button', { name: /Offer/ });
    await offer.click();
    expect(await ben.items(1)).toEqual(['5']);
    expect(await ada.items(1)).toEqual(['5']);

    await end(server);
    await Promise.all([ada.isStatus('reconnecting'), ben.isStatus('reconnecting')]);
    await offer.click();
    server = start(serverLine);
    // What was offered meanwhile goes out once; whoever was not back yet is told of a hole.
    expect(await ada.items(2)).toEqual(['5', '6']);
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);
    await offer.click();
    expect(await ada.items(3)).toEqual(['5', '6', '7']);
    await ben.page.getByText(/^7$/).waitFor();
    expect([['5', '6', '7'], ['5', '7']]).toContainEqual(await ben.page.locator('li').allTextContents());
    for (const tab of [ada, ben]) {
      await tab.page.getByRole('alert').waitFor();
      expect(tab.complaints).toEqual([]);
    }
  });
});
