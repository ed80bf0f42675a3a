'use client';
/**
 * Has the client's flushes wait for React.
 * An external store's update has React's highest priority: it interrupts a transition that is being rendered, which then starts
 * again from the beginning. At an update each frame a transition that needs longer than a frame ends only when it expires, after 5 s.
 * A state update outside of a person's event has React's default priority: React finishes the transition first. So each
 * flush is such an update, and runs when that has committed.
 * Not here: how often a flush is asked for (`core/data/flush.ts`).
 */
import { useEffect, useLayoutEffect, useState } from 'react';
import type { Core } from '../core/feature.js';

/** While a page is rendered to text no effect runs, and React 18 warns of this one. */
export const useEarlyEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/** Its component renders once a flush: let it be one that shows nothing. */
export function useFlushScheduler({ flusher }: Core): void {
  const [turn, setTurn] = useState<{ readonly flush: () => void } | null>(null);
  useEarlyEffect(() => turn?.flush(), [turn]);
  useEarlyEffect(() => flusher.scheduleWith((flush) => setTurn({ flush })), [flusher]);
}
