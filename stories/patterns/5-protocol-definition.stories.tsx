import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand, useQuery, type RealtimeError } from 'holdfast';
import { useState } from 'react';
import { expect } from 'storybook/test';
import { api, uncheckedApi, type StageApi } from '../stage/contract.js';
import { Counters } from '../stage/figures.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { usePlace } from '../stage/open-place.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';

const TELL: PatternTell = {
  claim: 'What does not fit the contract goes no further, and every request has one answer',
  hooks: ['useCommand', 'useQuery', 'defineContract'],
  tries: [
    'Order five, then two: the total is seven.',
    'Let the page slip: it orders “five”, in words. Let the server slip: it says “two”.',
    'Set the latency to 1 s, ask for the total, and cut the sockets before the answer is there.',
  ],
  see: 'The page’s slip never leaves the page, the server’s never leaves the server; whoever made it is told. The total stays a number, and a question that lost its connection is asked again.',
  without: { what: 'the same contract without its checks', see: 'Text gets into the total, on the page and in the server’s own books. Nobody has an error; somebody has a wrong number.' },
  promise: '2: every request ends in exactly one outcome',
  tests: ['test/patterns/protocol.test.ts', 'test/protocol/checks.test.ts', 'test/types/wrong-use.test.ts'],
};

interface Answer {
  readonly asked: string;
  readonly answer: string;
}

function Book({ contract }: { readonly contract: StageApi }) {
  const { id: book } = usePlace();
  const [total, setTotal] = useState(0);
  const [asked, setAsked] = useState(0);
  const [answers, setAnswers] = useState<readonly Answer[]>([]);
  const order = useCommand(contract.commands.order);
  const slip = useCommand(contract.commands.slip);
  const { data: told, refetch } = useQuery(contract.queries.total, { input: { book } });
  useChannel(contract.channels.orders, { params: { book }, onEvent: ({ data }) => setTotal((sum) => sum + data.quantity) });

  const follow = (what: string, result: Promise<unknown>): void => {
    const add = (answer: string): void => setAnswers((former) => [...former, { asked: what, answer }]);
    setAsked((count) => count + 1);
    result.then(() => add('done'), (error: RealtimeError) => add(error.code));
  };
  const take = (what: string, quantity: number): void => follow(what, order.send({ book, item: what, quantity }).result);
  return (
    <>
      <div className="row">
        <button type="button" onClick={() => take('five', 5)}>Order 5</button>
        <button type="button" onClick={() => take('two', 2)}>Order 2</button>
        {/* The compiler would say no. This is the page that did not ask it. */}
        <button type="button" onClick={() => take('“five”', 'five' as unknown as number)}>The page slips</button>
        <button type="button" onClick={() => follow('“two”', slip.send({ book }).result)}>The server slips</button>
        <button type="button" onClick={refetch}>Ask for the total</button>
      </div>
      <table className="feeds">
        <thead>
          <tr><th scope="col">Sent</th><th scope="col">Answer</th></tr>
        </thead>
        <tbody>
          {answers.map(({ asked: what, answer }, index) => (
            // A list that only grows.
            <tr key={index}>
              <th scope="row">{what}</th>
              <td>{answer}</td>
            </tr>
          ))}
          {answers.length === 0 && <tr><td colSpan={2}>nothing yet</td></tr>}
        </tbody>
      </table>
      <Counters
        total={String(total)}
        serverSays={told === undefined ? '–' : String(told)}
        asked={asked}
        answered={answers.length}
        refusedInThePage={answers.filter(({ answer }) => answer === 'invalid').length}
        refusedByTheServer={answers.filter(({ answer }) => answer === 'internal').length}
      />
    </>
  );
}

function Protocol({ without }: PatternArgs) {
  const contractOf = (isWithout: boolean): StageApi => (isWithout ? uncheckedApi : api);
  return (
    <Pattern tell={TELL} without={without} contract={contractOf}>
      {(isWithout) => <Book contract={contractOf(isWithout)} />}
    </Pattern>
  );
}

const meta: Meta<typeof Protocol> = {
  title: 'Patterns/5 Protocol definition',
  component: Protocol,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Protocol> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.isStatus('connected');
  for (const button of ['Order 5', 'The page slips', 'The server slips', 'Order 2']) await stage.press(button);
  await stage.skip('10 s');
  await stage.press('Ask for the total');
  await stage.press('Cut the sockets');
  await stage.skip('10 s');
  holds(stage, { total: '7', serverSays: '7', asked: '4', answered: '4' });
}

export const ASlipGoesNoFurther: StoryObj<typeof Protocol> = {
  name: 'A slip goes no further',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    await expect(stage.figures('refusedInThePage', 'refusedByTheServer')).toEqual(['1', '1']);
  }),
};

export const ASlipGoesNoFurtherWithoutIt: StoryObj<typeof Protocol> = {
  name: 'A slip goes no further, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('total is 5fivetwo2');
    await expect(stage.figures('serverSays', 'refusedInThePage', 'refusedByTheServer')).toEqual(['5fivetwo2', '0', '0']);
  }),
};
