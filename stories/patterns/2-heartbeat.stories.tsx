import type { Meta, StoryObj } from '@storybook/react-vite';
import { useConnectionMetrics, useConnectionStatus } from 'holdfast';
import { expect } from 'storybook/test';
import { Counters, inSeconds } from '../stage/figures.js';
import { Gauge } from '../stage/gauge.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { withSlowHeart } from '../stage/slow-heart.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';
import { useLosses } from '../stage/use-losses.js';
import { usePlaceState } from '../stage/use-place-state.js';
import { useTally } from '../stage/use-tally.js';

const TELL: PatternTell = {
  claim: 'A connection that died without a word is noticed within ten seconds',
  hooks: ['useConnectionStatus', 'useConnectionMetrics'],
  tries: ['Silence the sockets. They stay open and carry nothing: a phone that left the building, a router that forgot.', 'Skip 10 s.', 'Freeze the server for 15 s: as silent, and alive.'],
  see: 'After 7.25 s the link is suspect (“no answer …”), and a second one is opened beside it. After 8.5 s it is given up, and everybody moves over; what was said meanwhile comes over the second. A frozen server answers on neither: the page is reconnecting until it goes on, and then nothing is missing.',
  without: { what: 'a server that names ten minutes as its ping interval', see: 'The badge says connected, the page looks well, and nothing arrives any more. Nobody will notice before the ten minutes are over.' },
  promise: '4: a dead link is noticed in less than 10 s',
  tests: ['test/patterns/heartbeat.test.ts', 'test/rooms/heartbeat'],
};

function Pulse() {
  const tally = useTally('a');
  const losses = useLosses();
  const { rttMs } = useConnectionMetrics();
  const isSuspect = useConnectionStatus((connection) => connection.isSuspect);
  const { seconds } = usePlaceState();
  const { noticedAfterMs } = losses;
  const quietMs = tally.lastAt === null ? 0 : Math.max(0, seconds * 1_000 - tally.lastAt);
  return (
    <>
      <Gauge label="Nothing heard for" valueMs={quietMs} marks={[{ atMs: 7_250, word: 'suspect' }, { atMs: 8_500, word: 'given up' }]} toMs={12_000} />
      <Counters
        roundTrip={rttMs === null ? '–' : `${Math.round(rttMs)} ms`}
        suspect={isSuspect ? 'yes' : 'no'}
        noticedAfter={inSeconds(noticedAfterMs)}
        noticed={noticedAfterMs === null ? 'no' : noticedAfterMs < 10_000 ? 'in time' : 'too late'}
        longestWait={inSeconds(tally.longestMs)}
        arrived={tally.arrived}
        lost={tally.holes.length}
        doubled={tally.doubled}
      />
    </>
  );
}

function Heartbeat({ without }: PatternArgs) {
  return (
    <Pattern tell={TELL} without={without} through={(isWithout) => (isWithout ? withSlowHeart : undefined)}>
      {() => <Pulse />}
    </Pattern>
  );
}

const meta: Meta<typeof Heartbeat> = {
  title: 'Patterns/2 Heartbeat',
  component: Heartbeat,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Heartbeat> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.until(() => expect(stage.figure('arrived')).not.toBe('0'));
  await stage.press('Silence them');
  await stage.skip('10 s');
  await stage.skip('10 s');
  holds(stage, { noticed: 'in time', lost: '0', doubled: '0' });
}

export const SilenceIsNoticed: StoryObj<typeof Heartbeat> = {
  name: 'Silence is noticed',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    await expect(stage.status()).toBe('connected');
    // Simulated seconds: the silence, the verdict, and the way over the next link.
    const waited = Number.parseFloat(stage.figure('longestWait') ?? '');
    await expect([waited > 7, waited < 10]).toEqual([true, true]);
  }),
};

export const SilenceIsNoticedWithoutIt: StoryObj<typeof Heartbeat> = {
  name: 'Silence is noticed, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('noticed is no');
    // A lie: it has been dead for twenty seconds.
    await expect(stage.status()).toBe('connected');
    const before = stage.figure('arrived');
    await stage.skip('10 s');
    await expect(stage.figure('arrived')).toBe(before);
  }),
};
