'use client';
/** What changes on every render without being anything new: inline objects and inline functions. */
import { useInsertionEffect, useState } from 'react';
import { stableKey } from '../core/handles.js';

/** The same object until it says something else: who calls a hook writes parameters down anew on every render. */
export function useKept<T>(value: T): T {
  // Nothing and a symbol have no text of their own.
  const key = typeof value + stableKey(value);
  const [[keptKey, kept], setKept] = useState([key, value] as const);
  if (keptKey === key) return kept;
  setKept([key, value]);
  return value;
}

/** The newest value, for who asks later than in a render. Not a ref: the hooks keep React's rules, and a ref may not be passed on in a render. */
export function useLatest<T>(value: T): () => T {
  const [[get, set]] = useState(() => createBox(value));
  useInsertionEffect(() => set(value));
  return get;
}

function createBox<T>(kept: T): [get: () => T, set: (value: T) => void] {
  return [() => kept, (value) => void (kept = value)];
}
