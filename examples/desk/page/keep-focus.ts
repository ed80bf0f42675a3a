// A button that takes itself away leaves the focus nowhere. This gives it to the title of the part that it stood in.
import type { MouseEvent } from 'react';

export function keepFocus(event: MouseEvent<HTMLElement>): void {
  event.currentTarget.closest('section')?.querySelector<HTMLElement>('h2')?.focus();
}
