/** A bench in several processes: the file runs again with a role, and is told what to do. Not a bench. */
import { fork } from 'node:child_process';

type Orders = Readonly<Record<string, (argument: never) => unknown>>;
interface Order {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export interface Child {
  ask<Answer = void>(name: string, argument?: unknown): Promise<Answer>;
  end(): void;
}

/** Which role this process has; null in the one that was started by hand. */
export const role = process.argv.find((argument) => argument.startsWith('--role='))?.slice(7) ?? null;
export const isQuick = process.argv.includes('--quick');

export function startChild(its: string): Child {
  const child = fork(process.argv[1] as string, [`--role=${its}`], { execArgv: ['--expose-gc'] });
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let last = 0;
  let isEnding = false;
  child.on('message', ({ id, answer, error }: { id: number; answer: never; error?: string }) => {
    if (error === undefined) waiting.get(id)?.resolve(answer);
    else waiting.get(id)?.reject(new Error(`${its}: ${error}`));
    waiting.delete(id);
  });
  child.on('exit', (code) => {
    if (isEnding) return;
    console.error(`the process '${its}' ended by itself (${code})`);
    process.exit(1);
  });
  return {
    ask(name, argument) {
      const id = ++last;
      child.send({ id, name, argument } satisfies Order);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    end() {
      isEnding = true;
      child.kill();
    },
  };
}

/** In the child: does what it is asked. It ends with its parent. */
export function obey(orders: Orders): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ id, name, argument }: Order) => {
    new Promise((resolve) => resolve(orders[name]?.(argument as never))).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
