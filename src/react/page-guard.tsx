'use client';
/**
 * What a provider does beside serving its client: schedules flushes, names the user early, and has the page ask before it is closed.
 * It shows nothing and stands before the children, so that its effects come before theirs.
 */
import { useEffect } from 'react';
import type { Core } from '../core/feature.js';
import { useEarlyEffect, useFlushScheduler } from './use-flush-scheduler.js';

export interface PageGuardProps {
  readonly core: Core;
  /** Whether the provider made the client: another one's user is named by who made it. */
  readonly isOwn: boolean;
  readonly user: string | null | undefined;
  readonly warnOnUnsent: boolean | undefined;
}

export function PageGuard({ core, isOwn, user, warnOnUnsent = false }: PageGuardProps): null {
  useFlushScheduler(core);
  // Before the first paint as the new user, and before a child's effect can send a command as one.
  useEarlyEffect(() => {
    if (isOwn) core.session.setUser(user);
  }, [core, isOwn, user]);
  useEffect(() => (warnOnUnsent ? askBeforeUnload(core) : undefined), [core, warnOnUnsent]);
  return null;
}

/** Listened to only while something waits: such a listener keeps a page out of the browser's cache of pages gone back from. */
function askBeforeUnload({ isUnsent }: Core): () => void {
  const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
  const stopAsking = (): void => removeEventListener('beforeunload', ask);
  const look = (): void => {
    if (isUnsent.get()) addEventListener('beforeunload', ask);
    else stopAsking();
  };
  const stop = isUnsent.subscribe(look);
  look();
  return () => {
    stop();
    stopAsking();
  };
}
