// How often the connection was lost, how long after the fault that was noticed, and how long it was away. Not a story.
import { useRealtimeClient } from 'holdfast';
import { useEffect, useState } from 'react';
import { usePlace } from './open-place.js';

export interface Losses {
  readonly count: number;
  /** From the last fault until a link was suspected or lost; null: nothing was noticed. */
  readonly noticedAfterMs: number | null;
  /** How long the last loss took; null: it is not over. */
  readonly awayMs: number | null;
  /** The most attempts that one loss took. */
  readonly attempts: number;
  /** When each of them was, after the loss. */
  readonly attemptsAt: readonly number[];
}

const NONE: Losses = { count: 0, noticedAfterMs: null, awayMs: null, attempts: 0, attemptsAt: [] };

export function useLosses(): Losses {
  const place = usePlace();
  const { connection } = useRealtimeClient();
  const [losses, setLosses] = useState(NONE);
  useEffect(() => {
    let lostAt: number | null = null;
    let before = connection.get();
    /** The fault that has been noticed. */
    let noticed: number | null = null;
    return connection.subscribe(() => {
      const now = place.now();
      const { status, attempt, hasEverConnected, isSuspect } = connection.get();
      const wasConnected = before.status === 'connected';
      const hasTried = lostAt !== null && attempt > before.attempt;
      before = connection.get();
      if (!hasEverConnected) return;
      if (wasConnected && status !== 'connected') {
        lostAt = now;
        setLosses((former) => ({ ...former, count: former.count + 1, awayMs: null, attemptsAt: [] }));
      }
      const faultAt = place.lastFaultAt();
      if (faultAt !== null && faultAt !== noticed && (isSuspect || status !== 'connected')) {
        noticed = faultAt;
        setLosses((former) => ({ ...former, noticedAfterMs: now - faultAt }));
      }
      if (hasTried) {
        const after = now - (lostAt ?? now);
        setLosses((former) => ({ ...former, attempts: Math.max(former.attempts, attempt), attemptsAt: [...former.attemptsAt, after] }));
      }
      if (lostAt !== null && status === 'connected') {
        const awayMs = now - lostAt;
        lostAt = null;
        setLosses((former) => ({ ...former, awayMs }));
      }
    }, 'sync');
  }, [connection, place]);
  return losses;
}
