import type { Meta, StoryObj } from '@storybook/react-vite';
import { useConnectionStatus } from 'holdfast';
import { expect } from 'storybook/test';
import { Attempts } from '../stage/attempts.js';
import { Counters, inSeconds } from '../stage/figures.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';
import { useLosses } from '../stage/use-losses.js';
import { usePlaceState } from '../stage/use-place-state.js';
import { useTally } from '../stage/use-tally.js';

const TELL: PatternTell = {
  claim: 'However long the server is away, the page comes back by itself, and goes on where it was',
  hooks: ['useConnectionStatus'],
  tries: [
    'Kill the server, skip a minute, and look at the attempts: each wait is random, and the longest one doubles, up to 30 s.',
    'Start the server and skip another minute. Or press “Reconnect now”.',
    'Close with each of the codes: the server says by its number what the page is to do.',
  ],
  see: 'It never gives up. A killed server has forgotten everything, and that is told as one gap; after a code below 4400 nothing is missing.',
  without: { what: 'three attempts at most', see: 'After three attempts the page stays away for good, though the server is back. Somebody has to press “Reconnect now”.' },
  promise: '1: contiguous, or one gap with its reason',
  tests: ['test/patterns/reconnection.test.ts', 'test/rooms/reconnect', 'test/torture/torture.test.ts'],
};

function Link() {
  const tally = useTally('a');
  const losses = useLosses();
  const { status, reason, attempt, nextRetryAt, reconnect } = useConnectionStatus();
  const { wallMs } = usePlaceState();
  return (
    <>
      <p className="row">
        {nextRetryAt === null ? 'No attempt is planned.' : `The next attempt begins in ${Math.max(0, Math.ceil((nextRetryAt - wallMs) / 1_000))} s.`}
        <button type="button" onClick={reconnect}>Reconnect now</button>
      </p>
      <Attempts at={losses.attemptsAt} />
      <Counters
        status={status}
        attempt={attempt}
        why={reason === null ? '–' : reason.kind}
        code={reason?.code ?? '–'}
        timesLost={losses.count}
        awayFor={inSeconds(losses.awayMs)}
        arrived={tally.arrived}
        lost={tally.holes.length}
        doubled={tally.doubled}
        gapsTold={tally.gaps}
        gap={tally.reason ?? '–'}
      />
    </>
  );
}

function Reconnection({ without }: PatternArgs) {
  return (
    <Pattern tell={TELL} without={without} settings={(isWithout) => (isWithout ? { timings: { backoff: { maxAttempts: 3 } } } : {})}>
      {() => <Link />}
    </Pattern>
  );
}

const meta: Meta<typeof Reconnection> = {
  title: 'Patterns/3 Reconnection',
  component: Reconnection,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Reconnection> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.until(() => expect(stage.figure('arrived')).not.toBe('0'));
  await stage.press('Kill the server');
  await stage.skip('1 min');
  await stage.press('Start the server');
  await stage.skip('1 min');
  holds(stage, { status: 'connected', timesLost: '1', gapsTold: '1', gap: 'epoch', lost: '0', doubled: '0' });
}

export const AMinuteAway: StoryObj<typeof Reconnection> = {
  name: 'A minute away',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    // What the server’s own codes say: a restart, a wait, a token; after none of them is anything missing.
    for (const code of ['1012', '4001', '4201', '4301']) {
      await stage.choose('Close code', code);
      await stage.press(`Close with ${code}`);
      await stage.skip('10 s');
    }
    await expect(stage.figures('status', 'timesLost', 'gapsTold', 'lost', 'doubled')).toEqual(['connected', '5', '1', '0', '0']);
    await stage.choose('Close code', '4401');
    await stage.press('Close with 4401');
    await stage.skip('1 min');
    await expect(stage.figures('status', 'why')).toEqual(['disconnected', 'incompatible']);
  }),
};

export const AMinuteAwayWithoutIt: StoryObj<typeof Reconnection> = {
  name: 'A minute away, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('status is disconnected');
    await expect(stage.figures('why', 'gapsTold')).toEqual(['unavailable', '0']);
  }),
};
