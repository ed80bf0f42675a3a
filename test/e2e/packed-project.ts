// Projects of somebody who follows a page: an empty folder, the package as npm would give it, the page's commands and files. Not a test.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Sample } from '../package/page-samples.js';
import { root, shellEnv } from './example-process.js';

const run = promisify(execFile);
/** A fresh project: what a build and a tarball are made of, and nothing that was built before. */
const SOURCES = ['src', 'scripts', 'docs', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'vite.config.ts', 'vite.production.config.ts', 'tsconfig.base.json', 'tsconfig.json', 'tsconfig.build.json'];

export interface Project {
  /** The lines that the page says to run, but for the installing. */
  readonly lines: readonly string[];
  /** Runs one of the page's own lines in the project's folder until somebody ends it. */
  start(line: string, env?: Readonly<Record<string, string>>): ChildProcess;
  /** Runs one to its end; gives what it printed, and throws if it failed. */
  run(line: string, env?: Readonly<Record<string, string>>): Promise<string>;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();

function emptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  folders.push(folder);
  return folder;
}

/** Builds the library from its sources and packs it; gives the tarball. */
export async function packLibrary(): Promise<string> {
  const checkout = emptyFolder('checkout');
  for (const source of SOURCES) cpSync(join(root, source), join(checkout, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  await run('npm', ['run', 'build'], { cwd: checkout, env: shellEnv() });
  const packed = emptyFolder('packed');
  await run('npm', ['pack', '--pack-destination', packed], { cwd: checkout, env: shellEnv() });
  return join(packed, readdirSync(packed)[0]!);
}

/** Does what the samples say, in an empty folder; only `holdfast` is the tarball, as it is not on npm yet. Of two files with one name the later one stays. */
export async function createProject(tarball: string, samples: readonly Sample[], env: Readonly<Record<string, string>>): Promise<Project> {
  const cwd = emptyFolder('project');
  const shell = samples.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  const isInstall = (line: string): boolean => line.startsWith('npm install ');
  for (const line of shell.filter(isInstall)) {
    const [program = '', ...args] = line.split(' ').map((word) => (word === 'holdfast' ? tarball : word));
    // What the project itself has installed is in npm's cache already.
    await run(program, [...args, '--prefer-offline', '--no-audit', '--no-fund'], { cwd, env: shellEnv() });
  }
  for (const { name, text } of samples) {
    if (name === null) continue;
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const whole = (over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => shellEnv({ ...env, NO_COLOR: '1', ...over });
  return {
    lines: shell.filter((line) => !isInstall(line)),
    start(line, over) {
      const [program = '', ...args] = line.split(' ');
      // A group of its own: npx starts others, and all have to go.
      const child = spawn(program, args, { cwd, env: whole(over), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      running.add(child);
      return child;
    },
    async run(line, over) {
      const [program = '', ...args] = line.split(' ');
      const { stdout, stderr } = await run(program, args, { cwd, env: whole(over) });
      return stdout + stderr;
    },
  };
}

/** Kills what a line has started, and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end));
}

export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** The URL that a development server prints. */
export async function urlOf(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
  for await (const line of createInterface(child.stdout!)) {
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`It printed no URL: ${errors}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
