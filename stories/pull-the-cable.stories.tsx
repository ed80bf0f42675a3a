import type { Meta, StoryObj } from '@storybook/react-vite';
import { expect, userEvent, waitFor, within } from 'storybook/test';
import { TwoPeople } from './two-people.js';

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

const PATIENCE = { timeout: 20_000 };

export const TypeWhileItIsOut: StoryObj<typeof TwoPeople> = {
  name: 'Type while it is out',
  async play({ canvasElement }) {
    const side = (name: string) => {
      const box = within(within(canvasElement).getByRole('region', { name }));
      return {
        status: () => box.getByRole('status').textContent,
        said: () => within(box.getByRole('list')).queryAllByRole('listitem').map((item) => item.textContent),
        cable: () => userEvent.click(box.getByRole('button', { name: /cable|plug/i })),
        async say(text: string) {
          await userEvent.type(box.getByRole('textbox'), text);
          await userEvent.click(box.getByRole('button', { name: 'Send' }));
        },
      };
    };
    const [ada, ben] = [side('Ada'), side('Ben')];
    await waitFor(() => expect([ada.status(), ben.status()]).toEqual(['connected', 'connected']), PATIENCE);
    await ada.say('hello');
    await waitFor(() => expect(ben.said()).toEqual(['Ada hello']), PATIENCE);

    await ada.cable();
    await ada.say('is anybody there?');
    await ben.say('where is Ada?');
    await waitFor(() => expect(ada.status()).not.toBe('connected'), PATIENCE);
    await expect(ada.said()).toEqual(['Ada hello']);

    await ada.cable();
    const all = ['Ada hello', 'Ben where is Ada?', 'Ada is anybody there?'];
    await waitFor(() => expect(ada.said()).toEqual(all), PATIENCE);
    await waitFor(() => expect(ben.said()).toEqual(all), PATIENCE);
    await waitFor(() => expect(ada.status()).toBe('connected'), PATIENCE);
  },
};
