/** What one client's listeners know of its channels: where they stand, when they were refused, and what the newest subscription was answered. */
import type { Position } from '../../src/core/protocol/position.js';

/** A listener as the others see it. */
export interface Place {
  readonly position: Position | null;
  /** Grows with each event that any listener of the client is told. */
  readonly movedAt: number;
  answered(position: Position): void;
  forget(): void;
}

export interface Places {
  join(channel: string, place: Place): () => void;
  /** Where the listeners of the channel stand: the farthest of the newest epoch; null if none knows. */
  known(channel: string): Position | null;
  next(): number;
  refused(channel: string, now: number): void;
  refusedAt(channel: string): number;
  answered(channel: string, position: Position): void;
  /** Another user: nothing that was known counts. */
  forget(): void;
}

export function createPlaces(): Places {
  const places = new Map<string, Set<Place>>();
  const refusals = new Map<string, number>();
  let moves = 0;
  const of = (channel: string): Set<Place> => {
    const all = places.get(channel) ?? new Set<Place>();
    places.set(channel, all);
    return all;
  };
  return {
    join(channel, place) {
      of(channel).add(place);
      return () => void of(channel).delete(place);
    },
    known(channel) {
      let newest: Place | null = null;
      for (const place of of(channel)) if (place.position !== null && (newest === null || place.movedAt > newest.movedAt)) newest = place;
      let found = newest?.position ?? null;
      for (const { position } of of(channel)) if (found !== null && position?.epoch === found.epoch && position.offset > found.offset) found = position;
      return found;
    },
    next: () => ++moves,
    refused: (channel, now) => void refusals.set(channel, now),
    refusedAt: (channel) => refusals.get(channel) ?? -Infinity,
    answered(channel, position) {
      for (const place of of(channel)) place.answered(position);
    },
    forget() {
      for (const all of places.values()) for (const place of all) place.forget();
    },
  };
}
