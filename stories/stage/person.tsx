// Somebody in a page of their own: nothing that the panel does to the sockets of one person is done to another's. Not a story.
import { RealtimeProvider } from 'holdfast';
import type { ReactNode } from 'react';
import { api } from './contract.js';
import { usePlace } from './open-place.js';

export function Person({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const place = usePlace();
  return (
    <RealtimeProvider {...place.connect(name)} contract={api} onError={() => {}}>
      {children}
    </RealtimeProvider>
  );
}
