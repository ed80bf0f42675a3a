import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand, useOutbox } from 'holdfast';
import { useRef } from 'react';
import { expect } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api, messages } from '../stage/contract.js';
import { Figures } from '../stage/figures.js';
import { usePlace } from '../stage/open-place.js';
import { Stage } from '../stage/stage.js';

function Orders() {
  const room = usePlace().id;
  const count = useRef(0);
  const say = useCommand(api.commands.say);
  const { data } = useChannel(messages, { params: { id: room }, select: (list) => list.map(({ text }) => text).join(', ') });
  return (
    <>
      <p className="row">
        <button type="button" onClick={() => say.send({ room, author: 'Ada', text: `order ${++count.current}` })}>Send an order</button>
      </p>
      <Figures done={data || '–'} />
    </>
  );
}

function Waiting() {
  const { pending, queued, sent, commands } = useOutbox();
  return (
    <>
      <ol className="said">
        {commands.map(({ id, input, status, cancel }) => (
          <li key={id} className="row">
            <span>{(input as { text: string }).text}: {status}</span>
            <button type="button" aria-label={`Take back ${(input as { text: string }).text}`} onClick={cancel}>Take back</button>
          </li>
        ))}
      </ol>
      <Figures pending={pending} queued={queued} sent={sent} />
    </>
  );
}

const meta: Meta = {
  title: 'Hooks/useOutbox',
  parameters: {
    hooks: ['useOutbox'],
    docs: { description: { component: 'What was sent and has no outcome yet. It stands above every connection: pull the cable, and it fills; plug it in, and it empties in order.' } },
  },
};
export default meta;

export const WhatWaits: StoryObj = {
  name: 'What waits',
  render: () => (
    <Stage tell="Pull the cable, send three orders, take the second one back, plug it in.">
      <Orders />
      <Waiting />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.press('Pull the cable');
    await stage.skip('10 s');
    await stage.isStatus('reconnecting');
    for (const _ of [1, 2, 3]) await stage.press('Send an order');
    await stage.until(() => expect(stage.figure('queued')).toBe('3'));
    await stage.press('Take back order 2');
    await stage.until(() => expect(stage.figure('pending')).toBe('2'));
    await stage.press('Plug it in');
    await stage.until(() => expect([stage.figure('done'), stage.figure('pending')]).toEqual(['order 1, order 3', '0']));
  }),
};
