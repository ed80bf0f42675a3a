// The contact sheet: all pictures on one page with what they show, and that page as pictures of its own, a group of rows each.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SHEET_WIDTH = 2_000;
/** A phone's picture is long: it is shown in slices of this many of its own pixels, side by side. */
const SLICE = 844;
const ROWS_A_SHEET = { desk: 1, stories: 4 };
/** How wide a picture is shown. */
const WIDTHS = { wide: 720, light: 590, dark: 590, phone: 184, 'phone-dark': 184 };

const STYLE = `
  body { margin: 0; padding: 24px; width: ${SHEET_WIDTH - 48}px; font: 15px/1.4 system-ui, sans-serif; color: #1b1b1b; background: #dcdcd8; }
  h1 { margin: 0 0 4px; font-size: 24px; } h2 { margin: 0 0 10px; font-size: 19px; }
  section { margin: 20px 0 28px; }
  .row { display: flex; flex-wrap: wrap; gap: 18px; align-items: flex-start; }
  figure { margin: 0; } figcaption { margin: 4px 0 0; color: #444; }
  img, .slice { display: block; background-color: #fff; box-shadow: 0 0 0 1px #0003; }
  .slices { display: flex; gap: 6px; }
  .slice { background-repeat: no-repeat; }
`;

export async function writeSheets(browser, folder, pictures, complaints) {
  const rows = [];
  for (const picture of pictures) {
    const last = rows.at(-1);
    // A wide one comes before the phones, so that what is high stands beside what is high.
    if (last?.group === picture.group && last.state === picture.state) last.pictures.splice(picture.view === 'wide' ? 2 : last.pictures.length, 0, picture);
    else rows.push({ group: picture.group, state: picture.state, pictures: [picture] });
  }
  const index = join(folder, 'index.html');
  writeFileSync(index, document('Contact sheet', rows, complaints));
  const sheets = [];
  const page = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 1_000 } });
  for (const group of new Set(rows.map((row) => row.group))) {
    const those = rows.filter((row) => row.group === group);
    for (let from = 0; from < those.length; from += ROWS_A_SHEET[group]) {
      const to = Math.min(from + ROWS_A_SHEET[group], those.length);
      const part = document(`${group}, ${from + 1 === to ? to : `${from + 1} to ${to}`} of ${those.length}`, those.slice(from, to), []);
      const source = join(folder, 'sheet.html');
      writeFileSync(source, part);
      await page.goto(pathToFileURL(source).href);
      const name = `sheet-${String(sheets.length + 1).padStart(2, '0')}.png`;
      await page.screenshot({ path: join(folder, name), fullPage: true });
      sheets.push(name);
    }
  }
  await page.close();
  rmSync(join(folder, 'sheet.html'), { force: true });
  return sheets;
}

function document(title, rows, complaints) {
  const sections = rows.map(({ group, state, pictures }) => `<section><h2>${group} · ${words(state)}</h2><div class="row">${pictures.map(figure).join('')}</div></section>`);
  const bad = complaints.length === 0 ? '' : `<ul>${complaints.map((text) => `<li>${text.replace(/[<&]/g, '')}</li>`).join('')}</ul>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>${bad}${sections.join('')}</html>`;
}

const words = (state) => state.replaceAll('-', ' ');

function figure({ file, view, width, height }) {
  const caption = `<figcaption><a href="${file}">${view}</a>, ${width} × ${height}</figcaption>`;
  const shown = WIDTHS[view];
  if (!view.startsWith('phone')) return `<figure><img src="${file}" width="${shown}" alt="">${caption}</figure>`;
  const scale = shown / width;
  const slices = Array.from({ length: Math.ceil(height / SLICE) }, (_, at) => {
    const part = Math.min(SLICE, height - at * SLICE);
    return `<div class="slice" style="width:${shown}px;height:${part * scale}px;background-image:url('${file}');background-size:${shown}px auto;background-position:0 -${at * SLICE * scale}px"></div>`;
  });
  return `<figure><div class="slices">${slices.join('')}</div>${caption}</figure>`;
}
