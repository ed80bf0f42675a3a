import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, usePublish } from 'holdfast';
import { useState } from 'react';
import { expect, userEvent } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api } from '../stage/contract.js';
import { usePlace } from '../stage/open-place.js';
import { Person } from '../stage/person.js';
import { Stage } from '../stage/stage.js';

function Field() {
  const publish = usePublish(api.channels.room, { id: usePlace().id });
  const [wasSent, setSent] = useState<boolean | null>(null);
  return (
    <p className="row">
      <label>
        Ada writes <input onFocus={() => setSent(publish('typing', { on: true }))} onBlur={() => setSent(publish('typing', { on: false }))} />
      </label>
      <span>{wasSent === false && 'Nobody could be told: there is no socket.'}</span>
    </p>
  );
}

function Ben() {
  return (
    <Person name="Ben">
      <Typing />
    </Person>
  );
}

function Typing() {
  const [who, setWho] = useState<string | null>(null);
  const { liveStatus } = useChannel(api.channels.room, { params: { id: usePlace().id }, onVolatile: (event) => setWho(event.data.on ? (event.by ?? '') : null) });
  return <p aria-live="polite">Ben sees: {liveStatus !== 'live' ? 'nothing yet' : who === null ? 'nobody is typing' : `${who} is typing …`}</p>;
}

const meta: Meta = {
  title: 'Hooks/usePublish',
  parameters: {
    hooks: ['usePublish'],
    docs: { description: { component: 'What clients may publish by themselves. A volatile event goes now or not at all, and says which; a kept one waits in the outbox.' } },
  },
};
export default meta;

export const WhoIsTyping: StoryObj = {
  name: 'Who is typing',
  render: () => (
    <Stage tell="Put the cursor into the field: Ben sees it. Pull the cable and try again: publish says false.">
      <Field />
      <Ben />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    await stage.isStatus('connected');
    await stage.until(() => expect(stage.page.getByText('Ben sees: nobody is typing')).toBeTruthy());
    await userEvent.click(stage.page.getByRole('textbox'));
    await stage.until(() => expect(stage.page.getByText('Ben sees: Ada is typing …')).toBeTruthy());
    await userEvent.tab();
    await stage.until(() => expect(stage.page.getByText('Ben sees: nobody is typing')).toBeTruthy());
    await stage.press('Pull the cable');
    await stage.skip('10 s');
    await stage.isStatus('reconnecting');
    await userEvent.click(stage.page.getByRole('textbox'));
    await stage.until(() => expect(stage.page.getByText(/Nobody could be told/)).toBeTruthy());
  }),
};
