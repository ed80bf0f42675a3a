// Every link of the pages for users leads somewhere: a file of the repository, and where it names one, a heading of that page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];

/** As GitHub writes them: in lower case, spaces as hyphens, without what is neither letter nor digit. */
function anchorsOf(text: string): ReadonlySet<string> {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return new Set([...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

/** What leads nowhere from a page with this text. */
function brokenLinks(page: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(([, link, source]) => link ?? source ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(path === '' ? text : readFileSync(file, 'utf8')).has(anchor);
    })
    .map((link) => `${page}: ${link}`);
}

test.each(pages)('the links of %s', (page) => {
  expect(brokenLinks(page, readFileSync(join(root, page), 'utf8'))).toEqual([]);
});

test('every footnote is written, and referred to', () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8');
    const written = new Set([...text.matchAll(/^\[\^(\w+)\]:/gm)].map(([, name]) => name));
    const referred = new Set([...text.matchAll(/\[\^(\w+)\](?!:)/g)].map(([, name]) => name));
    expect({ page, names: [...referred].toSorted() }).toEqual({ page, names: [...written].toSorted() });
  }
});

test('a link that leads nowhere is found', () => {
  const text = '# A page\n[here](#a-page) [there](#elsewhere) [file](../README.md) [none](none.md) <img src="none.png">';
  expect(brokenLinks('docs/faq.md', text)).toEqual(['docs/faq.md: #elsewhere', 'docs/faq.md: none.md', 'docs/faq.md: none.png']);
});
