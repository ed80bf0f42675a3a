/**
 * A Chromium with nobody listening in: Playwright has every frame of every socket reported to it, which costs a flooded page
 * more than the flood. So this speaks to the browser itself, and turns nothing on but what it needs. Not a bench.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';
import type * as browserScript from '../../scripts/browser.mjs';

/** A tab. */
export interface Tab {
  /** The value of an expression, awaited. */
  evaluate<T = void>(expression: string): Promise<T>;
  /** CPU time of its main thread. */
  cpuMs(): Promise<number>;
  /** Anything else that the DevTools protocol has, for this tab. */
  send(method: string, params?: object): Promise<Answer>;
  /** What it has thrown and nobody caught. */
  readonly thrown: readonly string[];
  close(): Promise<void>;
}

export interface BareChromium {
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

type Answer = Record<string, unknown>;
type Send = (method: string, params?: object, sessionId?: string) => Promise<Answer>;
interface Message {
  readonly id?: number;
  readonly result?: Answer;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: { readonly exceptionDetails?: Exception };
  readonly sessionId?: string;
}
interface Exception {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

const describe = ({ text, exception }: Exception): string => (exception?.description ?? text).split('\n')[0] as string;

export async function launchChromium(): Promise<BareChromium> {
  const { resolveBrowser } = (await import(/* @vite-ignore */ pathToFileURL(join(process.cwd(), 'scripts', 'browser.mjs')).href)) as typeof browserScript;
  const { executablePath, args, env } = await resolveBrowser();
  const profile = await mkdtemp(join(tmpdir(), 'holdfast-flood-'));
  const child = spawn(executablePath, [...args, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const socket = new WebSocket(await debuggerUrl(child.stderr), { perMessageDeflate: false });
  await once(socket, 'open');

  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  const thrown = new Map<string, string[]>();
  let last = 0;
  const send: Send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  socket.on('message', (data: Buffer) => {
    const { id, result, error, method, params, sessionId } = JSON.parse(data.toString()) as Message;
    if (method === 'Runtime.exceptionThrown' && params?.exceptionDetails) thrown.get(sessionId ?? '')?.push(describe(params.exceptionDetails));
    if (id === undefined) return;
    if (error === undefined) waiting.get(id)?.resolve(result ?? {});
    else waiting.get(id)?.reject(new Error(error.message));
    waiting.delete(id);
  });

  return {
    async open(url) {
      const { targetId } = (await send('Target.createTarget', { url })) as { targetId: string };
      const { sessionId } = (await send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
      const errors: string[] = [];
      thrown.set(sessionId, errors);
      await send('Runtime.enable', {}, sessionId);
      await send('Performance.enable', { timeDomain: 'threadTicks' }, sessionId);
      return {
        thrown: errors,
        async evaluate<T>(expression: string) {
          const { result, exceptionDetails } = (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId)) as { result: { value: T }; exceptionDetails?: Exception };
          if (exceptionDetails) throw new Error(describe(exceptionDetails));
          return result.value;
        },
        async cpuMs() {
          const { metrics } = (await send('Performance.getMetrics', {}, sessionId)) as { metrics: readonly { name: string; value: number }[] };
          return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
        },
        send: (method, params) => send(method, params, sessionId),
        async close() {
          await send('Target.closeTarget', { targetId });
        },
      };
    },
    async close() {
      const exit = once(child, 'exit');
      socket.close();
      child.kill();
      await exit;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function debuggerUrl(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (found) return found;
  }
  throw new Error(`Chromium did not start: ${text}`);
}
