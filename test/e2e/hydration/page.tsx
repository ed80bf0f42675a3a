// The browser's side: hydrates, and writes down what React had to mend. The test asks it through `globalThis.page`.
import { hydrateRoot } from 'react-dom/client';
import { App } from './app.js';

export interface HydratedPage {
  /** What React could not hydrate as it was. */
  readonly mended: string[];
  /** Hydrates the part that waits. */
  openGate(): void;
}

const mended: string[] = [];
let openGate = (): void => {};
const gate = new Promise<void>((resolve) => (openGate = resolve));

hydrateRoot(document.getElementById('root') as HTMLElement, <App gate={gate} />, { onRecoverableError: (error) => mended.push(String(error)) });
const page: HydratedPage = { mended, openGate: () => openGate() };
Object.assign(globalThis, { page });
