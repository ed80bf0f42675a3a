// Opens the place that the toolbar asks for, and lets everything below reach it. Not a story.
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { api, type StageApi } from './contract.js';
import { createLivePlace } from './live-place.js';
import { NoLiveServer } from './no-live-server.js';
import type { StagePlace } from './place.js';
import { ServerContext } from './server-choice.js';
import { createSimulatedPlace } from './simulated-place.js';

const PlaceContext = createContext<StagePlace | null>(null);

/** The place around this part of a story. */
export function usePlace(): StagePlace {
  const place = use(PlaceContext);
  if (place === null) throw new Error('This part of a story belongs into an <OpenPlace>.');
  return place;
}

interface OpenPlaceProps {
  readonly contract?: StageApi | undefined;
  readonly children: ReactNode;
}

export function OpenPlace({ contract = api, children }: OpenPlaceProps) {
  const choice = use(ServerContext);
  const url = choice.kind === 'live' ? choice.url : null;
  if (choice.kind === 'live' && url === null) return <NoLiveServer />;
  return (
    <Place key={choice.kind} open={() => (url === null ? createSimulatedPlace(contract) : createLivePlace(url, contract))}>
      {children}
    </Place>
  );
}

function Place({ open, children }: { readonly open: () => StagePlace; readonly children: ReactNode }) {
  const [place] = useState(open);
  useEffect(() => place.run(), [place]);
  return <PlaceContext value={place}>{children}</PlaceContext>;
}
