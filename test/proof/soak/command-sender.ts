/** What one client sends: commands of three lanes, small and large, optimistic, rejected, cancelled, in bursts. Not a test. */
import { RealtimeError } from '../../../src/browser/index.js';
import type { Stage } from './actor.js';
import { api, LARGEST_BODY, LARGEST_OUTPUT, VIEWS, type Order } from './contract.js';
import { between, chance, logarithmic, pick, text, whole } from './random.js';

export interface CommandSender {
  /** Sends a few. */
  send(): void;
  /** Sends a window of them, whose answers together are more than the server keeps of one user. */
  burst(): void;
  pending(): number;
}

const LANES = ['post', 'trade', 'move'] as const;
type Lane = (typeof LANES)[number];

export function createCommandSender({ name: c, client, history, boards }: Stage): CommandSender {
  const serials = new Map<Lane, number>();
  let pending = 0;

  function sendOne(lane: Lane, over: Partial<Order> = {}): void {
    const serial = (serials.get(lane) ?? 0) + 1;
    serials.set(lane, serial);
    const board = pick(boards);
    const order: Order = {
      client: c,
      serial,
      board,
      body: text(logarithmic(10, chance(0.1) ? LARGEST_BODY : 500)),
      outputBytes: logarithmic(10, chance(0.2) ? LARGEST_OUTPUT - 100 : 500),
      pauseMs: chance(0.05) ? between(0, 1_500) : between(0, 40),
      isRejected: chance(0.2),
      ...over,
    };
    const optimistic = chance(0.5)
      ? {
          optimistic: (local: Parameters<NonNullable<NonNullable<Parameters<typeof client.send>[2]>['optimistic']>>[0], _: unknown, id: string) =>
            local.view(VIEWS.recent.ref, { id: board }, (lines) => [...lines, { pending: id }]),
        }
      : {};
    const { id, result, cancel } = client.send(api.commands[lane], order, optimistic);
    pending += 1;
    history.write({ k: 'send', c, id, lane: api.commands[lane].lane, serial });
    const ended = (code: string, mark: string | null): void => {
      pending -= 1;
      history.write({ k: 'outcome', c, id, code, mark });
    };
    result.then(
      ({ mark }) => ended('done', mark),
      (error: unknown) => {
        const code = error instanceof RealtimeError ? error.code : String(error);
        ended(code, code === 'rejected' ? ((error as { readonly data?: { readonly mark?: string } }).data?.mark ?? null) : null);
      },
    );
    if (chance(0.05)) setTimeout(cancel, between(0, 800));
  }

  return {
    send() {
      for (let n = whole(1, 4); n > 0; n--) sendOne(pick(LANES));
    },
    burst() {
      const lane = pick(LANES);
      for (let n = 0; n < 31; n++) sendOne(lane, { outputBytes: LARGEST_OUTPUT - 100, pauseMs: between(0, 10), body: text(20) });
    },
    pending: () => pending,
  };
}
