import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand, useConnectionListener, useConnectionMetrics, useConnectionStatus } from 'holdfast';
import { useEffect, useState } from 'react';
import { expect } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api, latestPrice } from '../stage/contract.js';
import { Figures } from '../stage/figures.js';
import { Stage } from '../stage/stage.js';
import { usePlaceState } from '../stage/use-place-state.js';

const meta: Meta = {
  title: 'Hooks/The connection',
  parameters: {
    hooks: ['useConnectionStatus', 'useConnectionListener', 'useConnectionMetrics'],
    docs: {
      description: {
        component:
          '`useConnectionStatus` says what the connection is doing, `useConnectionListener` speaks up only when it takes long, and `useConnectionMetrics` has what changes all the time, once a second.',
      },
    },
  },
};
export default meta;

function Status() {
  const { status, reason, attempt, nextRetryAt, hasEverConnected, reconnect, disconnect } = useConnectionStatus();
  return (
    <>
      <Figures status={status} reason={reason?.kind ?? '–'} attempt={attempt} hasEverConnected={String(hasEverConnected)} />
      <p>{nextRetryAt === null ? 'No attempt is planned.' : <Countdown until={nextRetryAt} />}</p>
      <p className="row">
        <button type="button" onClick={reconnect}>Reconnect now</button>
        <button type="button" onClick={disconnect}>Disconnect</button>
      </p>
    </>
  );
}

function Countdown({ until }: { readonly until: number }) {
  const { wallMs } = usePlaceState();
  return <>The next attempt begins in {Math.max(0, Math.ceil((until - wallMs) / 1000))} s.</>;
}

export const ItsStatus: StoryObj = {
  name: 'useConnectionStatus',
  render: () => (
    <Stage tell="Kill the server and watch the attempts. Disconnect by hand: it stays away until you say otherwise.">
      <Status />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.until(() => expect(stage.figure('status')).toBe('connected'));
    await stage.press('Kill the server');
    await stage.until(() => expect([stage.figure('status'), stage.figure('reason')]).toEqual(['reconnecting', 'lost']));
    await stage.press('Start the server');
    await stage.press('Reconnect now');
    await stage.until(() => expect(stage.figure('status')).toBe('connected'));
    await stage.press('Disconnect');
    await stage.until(() => expect([stage.figure('status'), stage.figure('reason')]).toEqual(['disconnected', 'asked']));
    await stage.press('Reconnect now');
    await stage.until(() => expect(stage.figure('status')).toBe('connected'));
  }),
};

function Banner() {
  const [text, setText] = useState('');
  const [told, setTold] = useState<readonly string[]>([]);
  const tell = (word: string, shown: string): void => {
    setText(shown);
    setTold((former) => [...former, word]);
  };
  useConnectionListener({
    lostAfterMs: 1_500,
    onLost: () => tell('lost', 'The connection is away. What you do is kept, and sent later.'),
    onRestored: () => tell('restored', ''),
    onFailed: (reason) => tell('failed', `The connection stays away (${reason.kind}).`),
  });
  return (
    <>
      {text && <p className="notice">{text}</p>}
      <Figures told={told.join(', ') || 'nothing'} />
    </>
  );
}

export const ItsListener: StoryObj = {
  name: 'useConnectionListener',
  render: () => (
    <Stage tell="Close with 1012: it is back within a second, and nobody is bothered. Kill the server: after a second and a half there is a banner (5 s by default).">
      <Banner />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.press('Close with 1012');
    await stage.isStatus('reconnecting');
    await stage.isStatus('connected');
    await expect(stage.figure('told')).toBe('nothing');
    await stage.press('Kill the server');
    await stage.until(() => expect(stage.figure('told')).toBe('lost'));
    await stage.press('Start the server');
    await stage.until(() => expect(stage.figure('told')).toBe('lost, restored'));
  }),
};

function Metrics() {
  const { rttMs, eventsPerSecond } = useConnectionMetrics();
  useChannel(latestPrice, { params: { symbol: 'ACME' } });
  return <Figures roundTrip={rttMs === null ? '–' : `${Math.round(rttMs)} ms`} events={`${Math.round(eventsPerSecond)}/s`} />;
}

function Flood() {
  const { send } = useCommand(api.commands.tick);
  const [isOn, setOn] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => send({ symbol: 'ACME', count: 10 }), 100);
    return () => clearInterval(timer);
  }, [isOn, send]);
  return <button type="button" onClick={() => setOn(!isOn)}>{isOn ? 'Stop the ticks' : '100 ticks a second'}</button>;
}

export const ItsMetrics: StoryObj = {
  name: 'useConnectionMetrics',
  render: () => (
    <Stage tell="Start the ticks: the rate shows once a second, whatever happens in between." controls={<Flood />}>
      <Metrics />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await expect(stage.figure('events')).toBe('0/s');
    await stage.press('100 ticks a second');
    await stage.until(() => expect(Number.parseInt(stage.figure('events')!, 10)).toBeGreaterThan(30));
    await stage.press('Stop the ticks');
    await stage.until(() => expect(stage.figure('events')).toBe('0/s'));
  }),
};
