'use client';
/** What changes on every render without being anything new: inline objects and inline functions. */
import { useInsertionEffect, useState } from 'react';
import { stableKey } from '../core/handles.js';

/** The same object until it says something else: who calls a hook writes parameters down anew on every render. */
export function useKept<T>(value: T): T {
  // Nothing and a symbol have no text of their own.
  const key = typeof value + stableKey(value);
  const [kept, setKept] = useState({ key, value });
  if (kept.key === key) return kept.value;
  setKept({ key, value });
  return value;
}

/** The newest value, for who asks later than in a render. Not a ref: the hooks keep React's rules, and a ref may not be passed on in a render. */
export function useLatest<T>(value: T): () => T {
  const [latest] = useState(() => createBox(value));
  useInsertionEffect(() => latest.set(value));
  return latest.get;
}

function createBox<T>(first: T): { readonly get: () => T; readonly set: (value: T) => void } {
  let kept = first;
  return {
    get: () => kept,
    set(value) {
      kept = value;
    },
  };
}
