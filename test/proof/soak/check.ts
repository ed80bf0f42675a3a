/** The checker's process: reads a folder of histories and prints one report as JSON. Imports nothing of the library. Not a test. */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createChecker } from './checker/checker.js';
import type { ClientRecord, FaultRecord, ServerRecord } from './record.js';

const [folder = '', events = '0', ms = '0'] = process.argv.slice(2);
const filesOf = (kind: string): string[] => readdirSync(folder).filter((name) => name.startsWith(kind)).sort((a, b) => numberOf(a) - numberOf(b)).map((name) => join(folder, name));
const numberOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

function* serverRecords(): Generator<ServerRecord> {
  for (const file of filesOf('server-')) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      // A process that was killed may have written half a line.
      if (line.endsWith('}')) yield JSON.parse(line) as ServerRecord;
    }
  }
}

const checker = createChecker(serverRecords(), { events: Number(events), ms: Number(ms) });
for (const file of [...filesOf('faults-'), ...filesOf('client-')]) {
  for await (const line of createInterface(createReadStream(file))) checker.take(JSON.parse(line) as ClientRecord | FaultRecord);
}
process.stdout.write(`${JSON.stringify(checker.end())}\n`);
