// Writes what is generated from src/core/protocol/schemas.ts: frames.ts and checks.ts beside it, parts of docs/PROTOCOL.md, and docs/protocol.schema.json. With --check it only says whether they are up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { z } from 'zod';
import { checksText, framesText } from './protocol-code.mjs';
import { fill, schemaText, sections } from './protocol-document.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCheck = process.argv.includes('--check');

const load = async (path) => (await runnerImport(path, { root, configFile: false, logLevel: 'error' })).module;
const words = { z, ...(await load('./src/core/protocol/schemas.ts')), ...(await load('./src/core/protocol/reserved.ts')) };

const documentPath = `${root}docs/PROTOCOL.md`;
const wanted = new Map([
  [documentPath, fill(await readFile(documentPath, 'utf8'), sections(words))],
  [`${root}docs/protocol.schema.json`, schemaText(words)],
  [`${root}src/core/protocol/frames.ts`, framesText(words)],
  [`${root}src/core/protocol/checks.ts`, checksText(words)],
]);

const stale = [];
for (const [path, text] of wanted) {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) continue;
  stale.push(path.slice(root.length));
  if (!isCheck) await writeFile(path, text);
}

if (isCheck && stale.length > 0) {
  console.error(`${stale.join(' and ')} differ from the schemas. Run: npm run generate`);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? 'What is generated from the schemas is up to date.' : `Wrote ${stale.join(', ')}.`);
