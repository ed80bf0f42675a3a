// What the play functions do and see. Not a story.
import { expect, userEvent, waitFor, within } from 'storybook/test';

export const PATIENCE = { timeout: 20_000 };

export type StagePlay = ReturnType<typeof stageOf>;

interface PlayContext {
  readonly canvasElement: HTMLElement;
  readonly globals: Readonly<Record<string, unknown>>;
}

/** A story that plays itself. With a live server nothing is played: the stage belongs to whoever looks at it. */
export function rehearsed(play: (stage: StagePlay) => Promise<void>): (context: PlayContext) => Promise<void> {
  return async ({ canvasElement, globals }) => {
    if (globals['server'] !== 'live') await play(stageOf(canvasElement));
  };
}

function stageOf(canvas: HTMLElement) {
  const page = within(canvas);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const press = (name: string | RegExp) => userEvent.click(button(name));
  const until = (check: () => unknown) => waitFor(check, PATIENCE);
  const figure = (name: string) => page.getByTestId(name).textContent;
  return {
    canvas,
    page,
    press,
    until,
    figure,
    items: () => page.queryAllByRole('listitem').filter((item) => item.closest('.guide') === null).map((item) => item.textContent),
    figures: (...names: readonly string[]) => names.map(figure),
    /** Chooses what begins with that text. */
    async choose(label: string, text: string) {
      const select = page.getByRole<HTMLSelectElement>('combobox', { name: label });
      const option = [...select.options].find((one) => one.text.startsWith(text));
      await userEvent.selectOptions(select, option!);
    },
    status: () => page.getByRole('status').textContent,
    async isStatus(status: string) {
      await waitFor(() => expect(page.getByRole('status').textContent).toBe(status), PATIENCE);
    },
    /** Lets simulated time pass, and waits until it has. */
    async skip(what: '10 s' | '1 min') {
      await press(`Skip ${what}`);
      await until(() => expect(button(`Skip ${what}`)).toBeEnabled());
    },
  };
}

/** What a claim found that it should not have. */
class ClaimBroken extends Error {}

/** The claim's own check of figures: it throws, and is not a step of the play, so that a claim that must fail may be tried. */
export function holds(stage: StagePlay, figures: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(figures).filter(([name, value]) => stage.figure(name) !== value);
  if (wrong.length > 0) throw new ClaimBroken(wrong.map(([name, value]) => `${name} is ${stage.figure(name)} and should be ${value}`).join('; '));
}

/** The same claim where the pattern was taken away: it must not hold. Gives what broke it. */
export async function breaks(claim: () => Promise<void>): Promise<string> {
  try {
    await claim();
  } catch (error) {
    if (error instanceof ClaimBroken) return error.message;
    throw error;
  }
  throw new Error('The claim holds without the pattern: it proves nothing.');
}
