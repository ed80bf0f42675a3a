// The same torture for reconnecting-websocket alone, in a process of its own: it may not take the tests with it. Prints one JSON object.
// Arguments: the first seed, how many, and how many actions each.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const load = async (file) => (await runnerImport(fileURLToPath(new URL(file, import.meta.url)), { configFile: false, logLevel: 'error' })).module;
const { torture } = await load('./torture.ts');
const { createPlainSubject } = await load('./plain-subject.ts');
const [first, runs, actions] = process.argv.slice(2).map(Number);
const { ordeals: _, ...report } = await torture({ seeds: Array.from({ length: runs }, (_none, index) => first + index), createSubject: createPlainSubject, patienceMs: 2_000, actions });
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
