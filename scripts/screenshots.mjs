// `npm run screenshots [-- FILTER] [--built]`: pictures of the desk and of every story, light, dark and on a phone, and contact sheets of them
// in screenshots/; and the README's own in docs/images/. Fails if a page complains. `--built` takes the Storybook that was built last.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { resolveBrowser } from './browser.mjs';
import { createCamera } from './screenshots/camera.mjs';
import { shootDesk } from './screenshots/desk.mjs';
import { writeSheets } from './screenshots/sheet.mjs';
import { shootStories } from './screenshots/stories.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'screenshots');
const storybook = join(root, 'storybook-static');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isBuilt = process.argv.includes('--built');
/** `desk`, `desk/gap`, `stories`, or a part of a story's id. */
const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));

const startedAt = performance.now();
const say = (line) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${line}`);

/** Of the written pages the first, and the one of one hook: the others are made as they are. */
const isDocsWanted = ({ id }) => id.startsWith('welcome') || /usechannel/i.test(id);

const { executablePath, args, env } = await resolveBrowser();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args, env });
const camera = createCamera(browser, folder, say);
try {
  if (words.length === 0 || words.some((word) => word.startsWith('desk'))) {
    say('the desk: built and started');
    await shootDesk(camera, root, isWanted, say);
  }
  if (words.length === 0 || words.some((word) => !word.startsWith('desk'))) {
    if (!isBuilt || !existsSync(join(storybook, 'index.json'))) buildStorybook();
    await shootStories(camera, storybook, isWanted, isDocsWanted);
  }
  const sheets = await writeSheets(browser, folder, camera.pictures, camera.complaints);
  say(`${camera.pictures.length} pictures, ${sheets.length} sheets: ${join(folder, 'index.html')}`);
} finally {
  await browser.close();
}
for (const complaint of camera.complaints) console.error(`complaint: ${complaint}`);
if (camera.complaints.length > 0) process.exit(1);

function buildStorybook() {
  say('Storybook: built');
  const built = spawnSync('npm', ['run', 'build:storybook', '--silent'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32', env: { ...process.env, STORYBOOK_DISABLE_TELEMETRY: '1', CI: '1' } });
  if (built.status !== 0) throw new Error(`storybook build: ${built.stdout}${built.stderr}`);
}
