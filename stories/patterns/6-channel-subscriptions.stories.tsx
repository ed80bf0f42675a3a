import type { Meta, StoryObj } from '@storybook/react-vite';
import { useConnectionStatus } from 'holdfast';
import { expect } from 'storybook/test';
import { Counters } from '../stage/figures.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';
import { Strip } from '../stage/strip.js';
import { useTally } from '../stage/use-tally.js';

const TELL: PatternTell = {
  claim: 'Every event once and in order, also those that were missed; or the page says what is missing',
  hooks: ['useChannel'],
  tries: ['Pull the cable, skip 10 s, plug it in.', 'Cut the sockets, silence them, close with 1012, as fast as you like.', 'Kill the server, start it, and skip 10 s: it has forgotten what it said.'],
  see: 'The feed ticks five times a second, each tick with its number. What was missed comes after the break, in order. Only a server that lost its memory leaves a hole, and that is told once, as a gap.',
  without: { what: 'subscribing anew after each reconnect, as the usual sketch does', see: 'What was said while the page was away is gone, and nobody says so: each subscription begins with the next event.' },
  promise: '1: contiguous and in order, or one gap with its reason',
  tests: ['test/patterns/channels.test.ts', 'test/rooms/channels', 'test/server/channel-log.test.ts'],
};

function Feed({ isForgetful }: { readonly isForgetful: boolean }) {
  const isConnected = useConnectionStatus(({ status }) => status === 'connected');
  const tally = useTally('a', { enabled: isConnected || !isForgetful });
  return (
    <>
      <Strip marks={tally.marks} />
      <Counters
        lastTick={tally.last}
        arrived={tally.arrived}
        lost={tally.holes.length}
        doubled={tally.doubled}
        outOfOrder={tally.outOfOrder}
        gapsTold={tally.gaps}
        gap={tally.reason ?? '–'}
      />
    </>
  );
}

function Channels({ without }: PatternArgs) {
  return (
    // No lease: a channel that nobody listens to is forgotten at once.
    <Pattern tell={TELL} without={without} settings={(isWithout) => (isWithout ? { timings: { channelLeaseMs: 0 } } : {})}>
      {(isWithout) => <Feed isForgetful={isWithout} />}
    </Pattern>
  );
}

const meta: Meta<typeof Channels> = {
  title: 'Patterns/6 Channel subscriptions',
  component: Channels,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Channels> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.until(() => expect(stage.figure('arrived')).not.toBe('0'));
  await stage.press('Pull the cable');
  await stage.skip('10 s');
  await stage.press('Plug it in');
  await stage.skip('10 s');
  holds(stage, { lost: '0', doubled: '0', outOfOrder: '0', gapsTold: '0' });
}

export const WhatWasMissedComes: StoryObj<typeof Channels> = {
  name: 'What was missed comes',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    // Its memory is lost with the process: one gap, told, with its reason.
    await stage.press('Kill the server');
    await stage.press('Start the server');
    await stage.skip('10 s');
    await expect(stage.figures('lost', 'doubled', 'gapsTold', 'gap')).toEqual(['0', '0', '1', 'epoch']);
  }),
};

export const WhatWasMissedComesWithoutIt: StoryObj<typeof Channels> = {
  name: 'What was missed comes, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('lost is');
    await expect(Number(stage.figure('lost'))).toBeGreaterThan(10);
    await expect(stage.figure('gapsTold')).toBe('0');
  }),
};
