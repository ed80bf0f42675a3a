import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand } from 'holdfast';
import { useEffect, useRef, useState } from 'react';
import { expect } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api, latestPrice, messages, vaultMessages } from '../stage/contract.js';
import { BenSpeaks } from '../stage/ben.js';
import { Figures } from '../stage/figures.js';
import { usePlace } from '../stage/open-place.js';
import { Stage } from '../stage/stage.js';

function Room() {
  const { data, status, liveStatus, isStale, gap, resync } = useChannel(messages, { params: { id: usePlace().id } });
  return (
    <>
      {gap && (
        <p className="notice" role="alert">
          Something is missing ({gap.reason}). <button type="button" onClick={resync}>I see</button>
        </p>
      )}
      <ol className="said">{data.map((message) => <li key={message.id}>{message.author}: {message.text}</li>)}</ol>
      <Figures status={status} liveStatus={liveStatus} isStale={String(isStale)} />
    </>
  );
}

function Count() {
  const { data } = useChannel(messages, { params: { id: usePlace().id }, select: (list) => list.length });
  return <Figures count={data} />;
}

const meta: Meta = {
  title: 'Hooks/useChannel',
  parameters: {
    hooks: ['useChannel'],
    docs: {
      description: {
        component:
          'A view is state folded from a channel’s events, once for every component that shows it. A tap gets every event in a callback and renders nothing. Pull the cable and let Ben speak: what he said meanwhile comes in order, each once.',
      },
    },
  },
};
export default meta;

export const AView: StoryObj = {
  name: 'A view',
  render: () => (
    <Stage tell="Pull the cable, let Ben say three things, plug it in: they come in order, each once. Kill the server: it forgets, and says so." controls={<BenSpeaks />}>
      <Room />
      <Count />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.press('Ben says something');
    await stage.until(() => expect(stage.items()).toEqual(['Ben: number 1']));
    await stage.press('Pull the cable');
    for (const _ of [2, 3, 4]) await stage.press('Ben says something');
    await stage.skip('10 s');
    await stage.until(() => expect(stage.figure('isStale')).toBe('true'));
    await expect(stage.items()).toEqual(['Ben: number 1']);
    await stage.press('Plug it in');
    await stage.until(() => expect(stage.items()).toEqual(['Ben: number 1', 'Ben: number 2', 'Ben: number 3', 'Ben: number 4']));
    await stage.until(() => expect([stage.figure('liveStatus'), stage.figure('isStale'), stage.figure('count')]).toEqual(['live', 'false', '4']));
    await expect(stage.page.queryByRole('alert')).toBe(null);
  }),
};

function Tape() {
  const [isOn, setOn] = useState(true);
  const [heard, setHeard] = useState<readonly number[]>([]);
  const all = useRef<number[]>([]);
  useChannel(api.channels.price, { params: { symbol: 'ACME' }, enabled: isOn, onEvent: (event) => void all.current.push(event.data.cents) });
  const isRow = heard.every((cents, index) => index === 0 || cents === heard[index - 1]! + 1);
  return (
    <>
      <p className="row">
        <button type="button" onClick={() => setHeard([...all.current])}>Read the tape</button>
        <button type="button" onClick={() => setOn(!isOn)}>{isOn ? 'Stop listening' : 'Listen'}</button>
      </p>
      <Figures heard={heard.length} first={heard[0] ?? '–'} last={heard.at(-1) ?? '–'} inOrder={heard.length === 0 ? '–' : String(isRow)} />
      <Price />
    </>
  );
}

function Price() {
  const { data } = useChannel(latestPrice, { params: { symbol: 'ACME' } });
  const { renders, ref } = useRenders();
  return (
    <div ref={ref}>
      <Figures price={data ?? '–'} />
      <p>{renders}</p>
    </div>
  );
}

/** Counts commits without causing one. */
function useRenders() {
  const ref = useRef<HTMLDivElement>(null);
  const count = useRef(0);
  useEffect(() => {
    count.current += 1;
    ref.current?.setAttribute('data-renders', String(count.current));
  });
  return { ref, renders: 'The price renders at most once a frame.' };
}

function Ticks() {
  const { send } = useCommand(api.commands.tick);
  return <button type="button" onClick={() => send({ symbol: 'ACME', count: 1_000 })}>1,000 ticks</button>;
}

export const ATap: StoryObj = {
  name: 'A tap, and a thousand events',
  render: () => (
    <Stage tell="A thousand price changes at once: the tape hears every one, in order; the price on the page renders a few times." controls={<Ticks />}>
      <Tape />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.until(() => expect(stage.figure('price')).toBe('–'));
    const renders = () => Number(stage.canvas.querySelector('[data-renders]')!.getAttribute('data-renders'));
    await stage.press('1,000 ticks');
    const before = renders();
    await stage.until(() => expect(stage.figure('price')).toBe('1100'));
    await expect(renders() - before).toBeLessThan(100);
    await stage.press('Read the tape');
    await expect([stage.figure('heard'), stage.figure('first'), stage.figure('last'), stage.figure('inOrder')]).toEqual(['1000', '101', '1100', 'true']);
  }),
};

function Vault() {
  const { status, error } = useChannel(vaultMessages);
  return status === 'error' ? <p role="alert">You are not let in here ({error?.code}).</p> : <p>Asking to be let in …</p>;
}

export const Forbidden: StoryObj = {
  render: () => (
    <Stage tell="The server lets nobody into the vault. That is a state to show, not an exception, and the connection goes on.">
      <Vault />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.until(() => expect(stage.page.getByRole('alert').textContent).toContain('forbidden'));
    await stage.isStatus('connected');
  }),
};
