// The state of the place around a component. Not a story.
import { useSyncExternalStore } from 'react';
import type { PlaceState } from './place.js';
import { usePlace } from './open-place.js';

export function usePlaceState(): PlaceState {
  const { state } = usePlace();
  return useSyncExternalStore(state.subscribe, state.get);
}
