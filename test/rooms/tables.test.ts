// Each machine has its table.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('every machine in src has a table in tables/, and every table a machine', () => {
  const machines = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.machine.ts')).map((path) => basename(path, '.machine.ts'));
  const tables = readdirSync(`${root}test/rooms/tables`).map((name) => basename(name, '.md'));
  const isOf = (machine: string) => (table: string) => table === machine || table.startsWith(`${machine}-`);
  expect(machines.length).toBeGreaterThanOrEqual(9);
  expect(machines.filter((machine) => !tables.some(isOf(machine)))).toEqual([]);
  expect(tables.filter((table) => !machines.some((machine) => isOf(machine)(table)))).toEqual([]);
});
