// A page's samples as files that a test can import: a folder of its own below `dist-example`, since Vite serves no file outside the project. Not a test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { samplesOf } from './page-samples.js';

// Not `new URL(…, import.meta.url)`: in a project with a DOM, Vite takes that for an asset of the page.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface SampleFolder {
  /** Runs the module of one sample; the same module each time, as an application has it. */
  load<Exports = unknown>(name: string): Promise<Exports>;
  remove(): void;
}

/** @param headings - of which sections, as in `## Quick start`; none: of the whole page */
export function createSampleFolder(page: string, ...headings: readonly string[]): SampleFolder {
  const parent = join(root, 'dist-example');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'samples-'));
  for (const { name, text, language } of samplesOf(page, ...headings)) {
    if (name !== null && (language === 'ts' || language === 'tsx')) writeFileSync(join(folder, name), text);
  }
  return {
    load: async (name) => (await import(/* @vite-ignore */ join(folder, name))) as never,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
