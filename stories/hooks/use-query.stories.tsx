import type { Meta, StoryObj } from '@storybook/react-vite';
import { skipToken, upsert, useQuery } from 'holdfast';
import { useState } from 'react';
import { expect } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api, type Message } from '../stage/contract.js';
import { BenSpeaks } from '../stage/ben.js';
import { Figures } from '../stage/figures.js';
import { usePlace } from '../stage/open-place.js';
import { Stage } from '../stage/stage.js';

function History() {
  const room = usePlace().id;
  const [isOpen, setOpen] = useState(false);
  const { data, status, fetchStatus, isStale, refetch } = useQuery(api.queries.history, {
    input: isOpen ? { room } : skipToken,
    follow: {
      channel: api.channels.room,
      params: { id: room },
      apply: (list, event) => (event.name === 'message' ? upsert('id')(list, event as { readonly data: Message }) : list),
    },
  });
  return (
    <>
      <p className="row">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{isOpen ? 'Close the history' : 'Open the history'}</button>
        <button type="button" onClick={refetch}>Ask again</button>
      </p>
      <ol className="said">{isOpen && data?.map((message) => <li key={message.id}>{message.author}: {message.text}</li>)}</ol>
      <Figures status={status} fetchStatus={fetchStatus} isStale={String(isStale)} />
    </>
  );
}

const meta: Meta = {
  title: 'Hooks/useQuery',
  parameters: {
    hooks: ['useQuery'],
    docs: {
      description: {
        component:
          'Asks over the socket and keeps the answer true by the channel that it follows. The channel’s position is stamped before the question is answered, so that nothing falls between the answer and the next event. Without a link it is paused, not failed.',
      },
    },
  },
};
export default meta;

export const Follow: StoryObj = {
  name: 'Asked once, then followed',
  render: () => (
    <Stage tell="Let Ben speak before and after you open the history; pull the cable before you open it: it waits, and is paused, not failed." controls={<BenSpeaks />}>
      <History />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.press('Ben says something');
    await expect([stage.figure('status'), stage.figure('fetchStatus')]).toEqual(['pending', 'idle']);
    await stage.press('Open the history');
    await stage.until(() => expect(stage.items()).toEqual(['Ben: number 1']));
    await stage.press('Ben says something');
    await stage.until(() => expect(stage.items()).toEqual(['Ben: number 1', 'Ben: number 2']));
    await stage.press('Pull the cable');
    await stage.press('Ben says something');
    await stage.skip('10 s');
    await stage.until(() => expect(stage.figure('isStale')).toBe('true'));
    await stage.press('Plug it in');
    await stage.until(() => expect(stage.items()).toEqual(['Ben: number 1', 'Ben: number 2', 'Ben: number 3']));
  }),
};
