/** One lane of commands, written from docs/PROTOCOL.md §10 alone, for a server with `storage: "memory"`. Not here: the socket. */
import { randomUUID } from 'node:crypto';
import type { Frame } from './frame.js';

/** The frame that is the outcome of a command; null: its outcome is unknown. */
export type Outcome = Frame | null;
interface Command { readonly id: string; readonly name: string; readonly input: unknown; n: number; isVoid: boolean; attempts: number; resolve(outcome: Outcome): void }

export function createLane(send: (frame: Frame) => void, after: (ms: number, run: () => void) => void) {
  let commands: Command[] = [];
  let lane = { name: randomUUID() as string, isMade: false, next: 1, answered: 0, state: 'away' };
  let windowSize = 0;

  function advance(): void {
    if (lane.state === 'away' && commands.length > 0 && windowSize > 0) ask();
    if (lane.state !== 'open') return;
    for (const command of commands.slice(0, windowSize)) {
      if (command.n > 0) continue;
      command.n = lane.next++;
      sendCommand(command);
    }
  }
  function ask(): void {
    lane.state = 'asking';
    send({ t: 'lane', lane: lane.name, last: lane.answered, ...(!lane.isMade && { create: true }) });
  }
  function sendCommand(command: Command): void {
    const { id, name, input, n, isVoid } = command;
    command.attempts++;
    send({ t: 'command', lane: lane.name, n, id, name, input, remainingMs: 10_000, ...(isVoid && { void: true }) });
  }
  /** Rule 9, *forgotten*. */
  function forget(): void {
    const sent = commands.filter(({ n }) => n > 0);
    commands = commands.filter(({ n }) => n === 0);
    lane = { name: randomUUID(), isMade: false, next: 1, answered: 0, state: 'away' };
    for (const { resolve } of sent) resolve(null);
    advance();
  }

  return {
    ready(window: number): void {
      windowSize = window;
      advance();
    },
    lost(): void {
      windowSize = 0;
      lane.state = 'away';
    },
    /** Rule 8: what is kept after its answer is for storage that may lose it; here nothing is. */
    fenceChanged(): void {
      if (lane.state === 'open') ask();
    },
    opened({ lane: name, last }: Frame): void {
      if (lane.state !== 'asking' || name !== lane.name) return;
      if (last == null || last < lane.answered || last >= lane.next) return forget(); // rules 2 and 9
      Object.assign(lane, { isMade: true, state: 'open' });
      for (const command of commands) if (command.n > 0) sendCommand(command);
      advance();
    },
    answered(frame: Frame): void {
      const command = commands.find(({ id, n }) => id === frame.id && n > 0);
      if (command === undefined) return;
      if (frame.code === 'lane-conflict') return forget(); // rule 10
      if (frame.code === 'lane-unknown' && command.attempts === 1) command.n = 0; // rule 5: it was not run
      if (frame.final === false) {
        if (lane.state !== 'open') return;
        lane.state = 'resting';
        return after(frame.code === 'lane-unknown' ? 0 : (frame.retryAfterMs ?? 1_000), ask);
      }
      lane.answered = Math.max(lane.answered, command.n);
      commands = commands.filter((one) => one !== command);
      command.resolve(frame);
      advance();
    },
    send(name: string, input: unknown): { readonly outcome: Promise<Outcome>; cancel(): void } {
      const command: Command = { id: randomUUID(), name, input, n: 0, isVoid: false, attempts: 0, resolve: () => undefined };
      const outcome = new Promise<Outcome>((resolve) => Object.assign(command, { resolve }));
      commands.push(command);
      advance();
      return {
        outcome,
        /** Rule 6: what has a number goes out as `void`. */
        cancel() {
          command.isVoid = true;
          if (lane.state === 'open' && command.n > 0) sendCommand(command);
        },
      };
    },
  };
}
