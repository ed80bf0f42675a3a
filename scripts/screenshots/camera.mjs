// Takes the pictures: one state of a page is shot in several views, one after the other, and every complaint of a page is kept.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How a page is looked at. */
export const VIEWS = {
  light: { width: 1440, height: 900, scheme: 'light' },
  dark: { width: 1440, height: 900, scheme: 'dark' },
  phone: { width: 390, height: 844, scheme: 'light' },
  'phone-dark': { width: 390, height: 844, scheme: 'dark' },
  wide: { width: 1920, height: 1080, scheme: 'light' },
};

/** The browser's own line about a socket that was refused is no fault of the page. */
const OF_THE_BROWSER = /^WebSocket connection to '[^']*' failed/;

export function createCamera(browser, folder, say) {
  const pictures = [];
  const complaints = [];
  return {
    /** In the order in which they were taken: { group, state, view, file, width, height }. */
    pictures,
    complaints,
    /** A page of its own, with a name for its complaints. */
    async open(name, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(`${name}: ${error}`));
      page.on('console', (message) => {
        if (message.type() === 'error' && !OF_THE_BROWSER.test(message.text())) complaints.push(`${name}: ${message.text()}`);
      });
      return page;
    },
    async shoot(page, group, state, views) {
      for (const view of views) {
        const { scheme, ...size } = VIEWS[view];
        // A story is small: on a screen as large as the desk's it would be mostly ground.
        const { width, height } = group === 'stories' && view !== 'phone' ? { width: 1120, height: 480 } : size;
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
        await toTheTop(page);
        const file = join(group, `${state}-${view}.png`);
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        const png = await page.screenshot({ path: join(folder, file), fullPage: true, animations: 'disabled' });
        pictures.push({ group, state, view, file, width: png.readUInt32BE(16), height: png.readUInt32BE(20) });
      }
      say(`${group}/${state}: ${views.join(', ')}`);
    },
  };
}

/** What clings to the top of a page that is scrolled would lie across its picture. After two frames the page has its new size, and has drawn it. */
export const toTheTop = (page) =>
  page.evaluate(() => {
    scrollTo(0, 0);
    return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
