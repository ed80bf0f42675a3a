import type { Meta, StoryObj } from '@storybook/react-vite';
import { expect, userEvent, waitFor, within } from 'storybook/test';
import { PATIENCE, rehearsed } from './stage/stage-play.js';
import { TwoPeople } from './stage/two-people.js';

const meta: Meta<typeof TwoPeople> = {
  title: 'Pull the cable',
  component: TwoPeople,
  parameters: {
    docs: {
      description: {
        component:
          'Two clients and the real server core, all in this page, on a simulated network. Pull a cable, type, plug it in: what was typed waits, what was said meanwhile comes, each once and in order. Kill the server, and both are told that it forgot.',
      },
    },
  },
};
export default meta;

/** One of the two people as the play sees them: what is shown, and what they do. */
function sideOf(canvas: HTMLElement, name: string) {
  const box = within(within(canvas).getByRole('group', { name }));
  return {
    status: () => box.getByRole('status').textContent,
    said: () => within(box.getByRole('list')).queryAllByRole('listitem').map((item) => item.textContent),
    progress: () => box.getByTestId('progress').textContent,
    alert: () => box.queryByRole('alert')?.textContent ?? null,
    cable: () => userEvent.click(box.getByRole('button', { name: /cable|plug/i })),
    see: () => userEvent.click(box.getByRole('button', { name: 'I see' })),
    async say(text: string) {
      await userEvent.type(box.getByRole('textbox'), text);
      await userEvent.click(box.getByRole('button', { name: 'Send' }));
    },
  };
}

async function connected(canvas: HTMLElement) {
  const [ada, ben] = [sideOf(canvas, 'Ada'), sideOf(canvas, 'Ben')];
  await waitFor(() => expect([ada.status(), ben.status()]).toEqual(['connected', 'connected']), PATIENCE);
  await ada.say('hello');
  await waitFor(() => expect([ada.said(), ben.said()]).toEqual([['Ada hello'], ['Ada hello']]), PATIENCE);
  return { ada, ben };
}

export const TypeWhileItIsOut: StoryObj<typeof TwoPeople> = {
  name: 'Type while it is out',
  play: rehearsed(async ({ canvas }) => {
    const { ada, ben } = await connected(canvas);

    await ada.cable();
    await ada.say('is anybody there?');
    await ben.say('where is Ada?');
    await waitFor(() => expect(ada.status()).toBe('reconnecting'), PATIENCE);
    // On the wire before the silence was noticed, or after it on a busy machine; answered in neither case.
    await expect(['sent, not yet answered', 'waiting in the outbox']).toContain(ada.progress());
    await ada.say('hm');
    await waitFor(() => expect(ada.progress()).toBe('waiting in the outbox'), PATIENCE);
    await expect(ada.said()).toEqual(['Ada hello']);

    await ada.cable();
    const all = ['Ada hello', 'Ben where is Ada?', 'Ada is anybody there?', 'Ada hm'];
    await waitFor(() => expect(ada.said()).toEqual(all), PATIENCE);
    await waitFor(() => expect(ben.said()).toEqual(all), PATIENCE);
    await waitFor(() => expect(ada.status()).toBe('connected'), PATIENCE);
    await expect([ada.alert(), ben.alert()]).toEqual([null, null]);
  }),
};

export const KillTheServer: StoryObj<typeof TwoPeople> = {
  name: 'Kill the server',
  play: rehearsed(async ({ canvas }) => {
    const { ada, ben } = await connected(canvas);
    const server = (name: string) => userEvent.click(within(canvas).getByRole('button', { name }));

    await server('Kill the server');
    await waitFor(() => expect([ada.status(), ben.status()]).toEqual(['reconnecting', 'reconnecting']), PATIENCE);
    await ada.say('are you back?');
    await waitFor(() => expect(ada.progress()).toBe('waiting in the outbox'), PATIENCE);

    await server('Start the server');
    await waitFor(() => expect([ada.status(), ben.status()]).toEqual(['connected', 'connected']), PATIENCE);
    // It has forgotten what was said before, and both are told; what waited is said once.
    for (const one of [ada, ben]) {
      await waitFor(() => expect(one.said()).toEqual(['Ada are you back?']), PATIENCE);
      await expect(one.alert()).toContain('The server lost what was said before.');
      await one.see();
      await waitFor(() => expect(one.alert()).toBe(null), PATIENCE);
      await waitFor(() => expect(one.said()).toEqual(['Ada are you back?']), PATIENCE);
    }
  }),
};
