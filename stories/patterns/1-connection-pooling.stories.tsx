import type { Meta, StoryObj } from '@storybook/react-vite';
import { useConnectionStatus } from 'holdfast';
import { expect } from 'storybook/test';
import { Counters, inSeconds } from '../stage/figures.js';
import { Pattern, PATTERN_CONTROLS, type PatternArgs, type PatternTell } from '../stage/pattern.js';
import { FEEDS } from '../stage/service.js';
import { breaks, holds, rehearsed, type StagePlay } from '../stage/stage-play.js';
import { sumOf, useTallies } from '../stage/use-tally.js';
import { useLosses } from '../stage/use-losses.js';

const TELL: PatternTell = {
  claim: 'Many components share few links, and a link that is lost takes nobody down',
  hooks: ['useChannel', 'useConnectionStatus'],
  tries: [
    'Wait until all five feeds tick and two links are ready: two channels fill a link here, so a second is opened beside the full one, and stands by.',
    'Cut one link. Its channels move to the other. Cut one again: they move back.',
    'Cut the sockets, all of them: now there is nobody to move to.',
  ],
  see: 'The channels of the link that died move to the other one at once, and a new one is opened to stand by. The page stays connected, every feed goes on where it was, and nothing is lost, doubled or out of order.',
  without: { what: 'a pool of one link', see: 'All five feeds hang on one link. Cut it, and the whole page is offline until the next attempt. (Nothing is lost even so: that is another pattern’s doing.)' },
  promise: '4: with a second link up, its users move at once',
  tests: ['test/patterns/pooling.test.ts', 'test/rooms/pool', 'test/e2e/pool.e2e.test.ts'],
};

/** What one link of the pool does now. */
function Links() {
  const { links } = useConnectionStatus();
  return (
    <ul className="cards" aria-label="The links of the pool">
      {links.map(({ state, isSuspect, channels }, index) => (
        // A link keeps its number for ever.
        <li key={index} className="card">
          <b>Link {index + 1}</b>
          <span className="pill" data-tone={state === 'ready' && !isSuspect ? 'good' : 'warn'}>{isSuspect ? 'suspect' : state}</span>
          <span className="hint">{channels === 1 ? '1 channel' : `${channels} channels`}</span>
        </li>
      ))}
    </ul>
  );
}

function Feeds() {
  const tallies = useTallies();
  const { count } = useLosses();
  const ready = useConnectionStatus(({ links }) => links.filter(({ state }) => state === 'ready').length);
  return (
    <>
      <Links />
      <table className="feeds">
        <thead>
          <tr><th scope="col">Feed</th><th scope="col">Tick</th><th scope="col">Longest wait</th></tr>
        </thead>
        <tbody>
          {FEEDS.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{tallies[name].last}</td>
              <td>{inSeconds(tallies[name].longestMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Counters
        ticking={FEEDS.filter((name) => tallies[name].arrived > 0).length}
        readyLinks={ready}
        timesOffline={count}
        lost={sumOf(tallies, ({ holes }) => holes.length)}
        doubled={sumOf(tallies, ({ doubled }) => doubled)}
        outOfOrder={sumOf(tallies, ({ outOfOrder }) => outOfOrder)}
        gapsTold={sumOf(tallies, ({ gaps }) => gaps)}
      />
    </>
  );
}

function Pooling({ without }: PatternArgs) {
  return (
    <Pattern tell={TELL} without={without} settings={(isWithout) => ({ pool: { size: isWithout ? 1 : 3, channelsPerLink: 2 } })}>
      {() => <Feeds />}
    </Pattern>
  );
}

const meta: Meta<typeof Pooling> = {
  title: 'Patterns/1 Connection pooling',
  component: Pooling,
  args: { without: false },
  argTypes: PATTERN_CONTROLS,
};
export default meta;

export const TryIt: StoryObj<typeof Pooling> = { name: 'Try it' };

async function claim(stage: StagePlay): Promise<void> {
  await stage.until(() => expect(stage.figure('ticking')).toBe('5'));
  await stage.skip('10 s');
  await stage.press('Cut one link');
  await stage.skip('10 s');
  holds(stage, { ticking: '5', timesOffline: '0', lost: '0', doubled: '0', outOfOrder: '0', gapsTold: '0' });
}

export const OneLinkDies: StoryObj<typeof Pooling> = {
  name: 'One link dies',
  tags: ['!autodocs'],
  play: rehearsed(async (stage) => {
    await claim(stage);
    await expect(stage.figure('readyLinks')).toBe('2');
  }),
};

export const OneLinkDiesWithoutIt: StoryObj<typeof Pooling> = {
  name: 'One link dies, without it',
  tags: ['!autodocs'],
  args: { without: true },
  play: rehearsed(async (stage) => {
    await expect(await breaks(() => claim(stage))).toContain('timesOffline is 1');
    await expect(stage.figures('readyLinks', 'lost')).toEqual(['1', '0']);
  }),
};
