// What a page shows to be copied: the blocks of one of its sections, by language, and by the file name that a first line gives. Not a test.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not `new URL(…, import.meta.url)`: in a project with a DOM, Vite takes that for an asset of the page.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Sample {
  readonly language: string;
  /** Of the file that it is; null: it does not say. */
  readonly name: string | null;
  readonly text: string;
}

/** @param headings - of which sections, as in `## Quick start`; none: of the whole page */
export function samplesOf(page: string, ...headings: readonly string[]): readonly Sample[] {
  const text = readFileSync(join(root, page), 'utf8');
  const parts = text.split(/^(?=## )/m);
  const chosen = headings.length === 0 ? parts : headings.map((heading) => parts.find((part) => part.startsWith(`## ${heading}\n`)) ?? missing(page, heading));
  return [...chosen.join('\n').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', sample = '']) => ({
    language,
    name: /^(?:\/\/|<!--|#) (\S+\.\w+)/.exec(sample)?.[1] ?? null,
    text: sample,
  }));
}

function missing(page: string, heading: string): never {
  throw new Error(`${page} has no section '${heading}'.`);
}
