import type { Meta, StoryObj } from '@storybook/react-vite';
import { useChannel, useCommand } from 'holdfast';
import { useState, type FormEvent } from 'react';
import { expect, userEvent } from 'storybook/test';
import { rehearsed } from '../stage/stage-play.js';
import { api, messages, type Message } from '../stage/contract.js';
import { Figures } from '../stage/figures.js';
import { usePlace } from '../stage/open-place.js';
import { Stage } from '../stage/stage.js';

interface Shown extends Message {
  readonly isPending?: true;
}

function Chat() {
  const room = usePlace().id;
  const [text, setText] = useState('');
  const { data } = useChannel(messages, { params: { id: room } });
  const say = useCommand(api.commands.say, {
    optimistic(local, input, id) {
      const shown: Shown = { id, author: input.author, text: input.text, isPending: true };
      local.view(messages, { id: input.room }, (list) => [...list, shown]);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    say.send({ room, author: 'Ada', text });
    setText('');
  };
  return (
    <>
      <ol className="said">
        {(data as readonly Shown[]).map(({ id, author, text: said, isPending }) => (
          <li key={id} className={isPending && 'pending'}>
            {author}: {said}
            {isPending && ' …'}
          </li>
        ))}
      </ol>
      {say.status === 'error' && <p className="notice" role="alert">{say.error.reason === 'rude' ? `Not with “${say.error.data.word}” in it.` : `That was not said (${say.error.code}).`}</p>}
      <form onSubmit={submit} className="row">
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} required />
        <button type="submit">Send</button>
        <button type="button" onClick={say.cancel}>Take back</button>
      </form>
      <Figures status={say.status} attempt={say.attempt} />
    </>
  );
}

const meta: Meta = {
  title: 'Hooks/useCommand',
  parameters: {
    hooks: ['useCommand'],
    docs: {
      description: {
        component:
          'Sends, and says where the last send is. An optimistic edit shows at once, and goes by itself: when the event of this very command has come, or when it failed. It is never shown twice.',
      },
    },
  },
};
export default meta;

export const Optimistic: StoryObj = {
  render: () => (
    <Stage tell="Say something: it is there at once. Say “darn”: it is there, and then refused. Pull the cable and say something: it waits, and can be taken back.">
      <Chat />
    </Stage>
  ),
  play: rehearsed(async (stage) => {
    const say = async (text: string) => {
      await userEvent.type(stage.page.getByRole('textbox', { name: 'Message' }), text);
      await stage.press('Send');
    };
    await stage.isStatus('connected');
    await say('hello');
    await expect(stage.items()[0]).toContain('Ada: hello');
    await stage.until(() => expect(stage.items()).toEqual(['Ada: hello']));
    await stage.until(() => expect(stage.figure('status')).toBe('success'));

    await say('oh darn');
    await stage.until(() => expect(stage.page.getByRole('alert').textContent).toContain('darn'));
    await expect(stage.items()).toEqual(['Ada: hello']);

    await stage.press('Pull the cable');
    await stage.skip('10 s');
    await stage.isStatus('reconnecting');
    await say('anybody?');
    await expect(stage.items()).toEqual(['Ada: hello', 'Ada: anybody? …']);
    await stage.press('Take back');
    await stage.until(() => expect(stage.items()).toEqual(['Ada: hello']));
    await say('here I am');
    await stage.press('Plug it in');
    await stage.until(() => expect(stage.items()).toEqual(['Ada: hello', 'Ada: here I am']));
  }),
};
