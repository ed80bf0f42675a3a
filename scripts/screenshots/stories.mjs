// Every story in its settled state: when its play function has ended, or its page stands still.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveFolder } from './serve-folder.mjs';

const VIEWS = ['light', 'dark', 'phone'];
const PATIENCE_MS = 90_000;

/** @param filter - which of them; a docs page stands for all that are made as it is */
export async function shootStories(camera, builtStorybook, filter, isDocsWanted) {
  const { entries } = JSON.parse(readFileSync(join(builtStorybook, 'index.json'), 'utf8'));
  const wanted = Object.values(entries).filter((entry) => (entry.type === 'story' || isDocsWanted(entry)) && filter(`stories/${entry.id}`));
  const served = await serveFolder(builtStorybook);
  try {
    for (const { id, type } of wanted) {
      const page = await camera.open(id);
      await page.goto(`${served.url}/iframe.html?id=${id}&viewMode=${type}`);
      await settle(page, id, type);
      await camera.shoot(page, 'stories', id, VIEWS);
      await page.context().close();
    }
  } finally {
    served.close();
  }
}

async function settle(page, id, type) {
  if (type === 'docs') {
    await page.waitForSelector('#storybook-docs:not([hidden]) h1', { timeout: PATIENCE_MS });
    await page.waitForLoadState('networkidle');
    return;
  }
  const phase = await page.waitForFunction(
    () => {
      const render = globalThis.__STORYBOOK_PREVIEW__?.storyRenders?.[0];
      return ['completed', 'finished', 'errored', 'aborted'].includes(render?.phase) && render.phase;
    },
    undefined,
    { timeout: PATIENCE_MS },
  );
  const ended = await phase.jsonValue();
  if (ended === 'errored' || ended === 'aborted') throw new Error(`the story ${id} has ${ended}: see npm run test:stories`);
}
