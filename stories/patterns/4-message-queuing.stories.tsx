import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand, useOutbox, type RealtimeError } from 'holdfast';
import { useRef, useState } from 'react';
import { expect } from 'storybook/test';
import { api, type Order } from '../stage/contract.js';
import { Counters } from '../stage/figures.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { usePlace } from '../stage/open-place.js';
import { Person } from '../stage/person.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';

const TELL: PatternTell = {
  claim: 'What was sent takes effect once and in order, however the connection behaves',
  hooks: ['useCommand', 'useOutbox'],
  tries: [
    'Pull the cable, send five orders, skip 10 s, send five more. They wait in the outbox, and you may take one back.',
    'Plug it in. Ben, who is somewhere else, sees what the server did with them.',
    'Send five orders and cut the sockets at once: some have arrived, their answers have not.',
  ],
  see: 'Every order has one outcome. Ben sees each of them once, in the order in which you sent them. If a killed server takes the answer with it, the outcome is unknown, and that is what is said.',
  without: { what: 'no waiting: what cannot be sent within a tenth of a second expires', see: 'Whatever is sent while there is no connection is gone. It is said so at least: a send that only returns false would be forgotten by most pages.' },
  promise: '2: at most once, in order, one outcome each',
  tests: ['test/patterns/queue.test.ts', 'test/rooms/queue', 'test/server/lane-log.test.ts'],
};

interface Outcomes {
  readonly done: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly unknown: number;
  readonly other: number;
}

const KINDS: Readonly<Record<string, keyof Outcomes>> = { expired: 'expired', cancelled: 'cancelled', 'outcome-unknown': 'unknown' };

function Desk() {
  const { id: book } = usePlace();
  const { send } = useCommand(api.commands.order);
  const { pending } = useOutbox();
  const sent = useRef(0);
  const [count, setCount] = useState(0);
  const [outcomes, setOutcomes] = useState<Outcomes>({ done: 0, expired: 0, cancelled: 0, unknown: 0, other: 0 });
  const [seen, setSeen] = useState<readonly Order[]>([]);
  const ended = (kind: keyof Outcomes): void => setOutcomes((former) => ({ ...former, [kind]: former[kind] + 1 }));
  const sendFive = (): void => {
    for (let five = 0; five < 5; five += 1) {
      send({ book, item: String(++sent.current), quantity: 1 }).result.then(
        () => ended('done'),
        (error: RealtimeError) => ended(KINDS[error.code] ?? 'other'),
      );
    }
    setCount(sent.current);
  };
  const numbers = seen.map(({ item }) => Number(item));
  const different = new Set(numbers).size;
  return (
    <>
      <div className="row">
        <button type="button" className="primary" onClick={sendFive}>Send five orders</button>
        <span className="pill" data-tone={pending > 0 ? 'warn' : undefined}>{pending === 0 ? 'the outbox is empty' : `${pending} in the outbox`}</span>
      </div>
      <Outbox />
      <p>
        Ben sees: <span className="figure" data-testid="benSees">{numbers.join(' ') || 'nothing yet'}</span>
      </p>
      <Person name="Ben">
        <Witness book={book} onOrder={(order) => setSeen((former) => [...former, order])} />
      </Person>
      <Counters
        sent={count}
        waiting={pending}
        {...outcomes}
        tookEffect={numbers.length}
        // What has taken effect and not been answered yet is counted twice for that moment, and never lost.
        lost={Math.max(0, count - outcomes.cancelled - pending - different - outcomes.unknown)}
        doubled={numbers.length - different}
        outOfOrder={numbers.filter((n, index) => n < (numbers[index - 1] ?? 0)).length}
      />
    </>
  );
}

function Outbox() {
  const { commands } = useOutbox();
  return (
    <ul className="chips" aria-label="The outbox">
      {commands.map(({ id, input, status, cancel }) => {
        const { item } = input as { readonly item: string };
        return (
          <li key={id} className="chip">
            order {item} <span className="hint">{status}</span>
            <button type="button" className="quiet" aria-label={`Take back order ${item}`} onClick={cancel}>take back</button>
          </li>
        );
      })}
    </ul>
  );
}

function Witness({ book, onOrder }: { readonly book: string; readonly onOrder: (order: Order) => void }) {
  useChannel(api.channels.orders, { params: { book }, onEvent: ({ data }) => onOrder(data) });
  return null;
}

function Queuing({ without }: PatternArgs) {
  return (
    <Pattern tell={TELL} without={without} settings={(isWithout) => (isWithout ? { timings: { commandMs: 100 } } : {})}>
      {() => <Desk />}
    </Pattern>
  );
}

const meta: Meta<typeof Queuing> = {
  title: 'Patterns/4 Message queuing',
  component: Queuing,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Queuing> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.isStatus('connected');
  await stage.press('Send five orders');
  await stage.press('Cut the sockets');
  await stage.skip('10 s');
  await stage.press('Pull the cable');
  await stage.press('Send five orders');
  await stage.skip('10 s');
  await stage.press('Send five orders');
  await stage.press('Plug it in');
  await stage.skip('10 s');
  holds(stage, { sent: '15', done: '15', waiting: '0', tookEffect: '15', lost: '0', doubled: '0', outOfOrder: '0' });
}

export const OnceAndInOrder: StoryObj<typeof Queuing> = {
  name: 'Once and in order',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    await expect(stage.figure('benSees')).toBe('1 2 3 4 5 6 7 8 9 10 11 12 13 14 15');
  }),
};

export const OnceAndInOrderWithoutIt: StoryObj<typeof Queuing> = {
  name: 'Once and in order, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('lost is');
    await expect(Number(stage.figure('expired'))).toBeGreaterThan(4);
    // With a connection it does what it should: only the waiting was taken away.
    const before = Number(stage.figure('done'));
    await stage.press('Send five orders');
    await stage.skip('10 s');
    await expect(Number(stage.figure('done'))).toBe(before + 5);
  }),
};
