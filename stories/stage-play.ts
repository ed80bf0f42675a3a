// What the play functions of the hooks' stories do and see. Not a story.
import { expect, userEvent, waitFor, within } from 'storybook/test';

export const PATIENCE = { timeout: 20_000 };

export function stageOf(canvas: HTMLElement) {
  const page = within(canvas);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  return {
    page,
    shown: () => within(page.getByRole('region', { name: 'What the hook shows' })),
    items: () => page.queryAllByRole('listitem').map((item) => item.textContent),
    figure: (name: string) => page.getByTestId(name).textContent,
    press: (name: string | RegExp) => userEvent.click(button(name)),
    until: (check: () => unknown) => waitFor(check, PATIENCE),
    async isStatus(status: string) {
      await waitFor(() => expect(page.getByRole('status').textContent).toBe(status), PATIENCE);
    },
  };
}
