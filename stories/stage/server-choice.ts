// Which server the stories speak to: the toolbar says it, a stage asks for it. Not a story.
import { createContext } from 'react';

export type ServerChoice =
  | { readonly kind: 'simulated' }
  /** `url`: of the supervisor that `npm run storybook` starts; null where there is none. */
  | { readonly kind: 'live'; readonly url: string | null };

export const ServerContext = createContext<ServerChoice>({ kind: 'simulated' });
