// The state of the place around a component. Not a story.
import { useSyncExternalStore } from 'react';
import type { PlaceState } from './place.js';
import { useStage } from './stage.js';

export function usePlaceState(): PlaceState {
  const { state } = useStage();
  return useSyncExternalStore(state.subscribe, state.get);
}
