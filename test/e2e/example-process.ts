// Starts programs as a person does and waits for what they print. Not a test.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The environment of a shell, without what Vitest puts into ours. */
export function shellEnv(over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  return { ...env, ...over };
}

export interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** Every line of its standard output so far. */
  readonly lines: readonly string[];
  /** Sends a signal and waits until the process and everything it printed to is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Runs a script of Node until it prints a URL. */
export async function run(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: shellEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const found = /http:\/\/\S+/.exec(line)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    void closed.then(() => reject(new Error(`${script} ended before it printed a URL: ${errors}`)));
  });
  return {
    child,
    url,
    lines,
    async end(signal) {
      child.kill(signal);
      await closed;
    },
  };
}
