'use client';
/**
 * What a component keeps for as long as its key stays the same: a view, a tap, a query, a function.
 * In state and not in a memo, which React may drop: a tap that were made anew would forget its gap.
 * Not here: holding anything. What is made while rendering must cost nothing until it is subscribed to.
 */
import { useInsertionEffect, useState } from 'react';
import { DEV, RealtimeError } from '../core/errors.js';

interface Kept<T> {
  readonly key: readonly unknown[];
  readonly value: T;
  /** It has replaced another one, and was not shown yet. */
  isNew(): boolean;
  settle(): void;
}

/** @throws RealtimeError `misuse` if the key is another one each time that the component renders */
export function useKept<T>(key: readonly unknown[], make: () => T): T {
  const [former, setKept] = useState(() => keep(key, make(), false));
  let kept = former;
  if (key.some((part, index) => !Object.is(part, former.key[index]))) {
    // React renders again at once, with what was set here: if that does not fit either, nothing ever will.
    if (former.isNew()) {
      throw new RealtimeError('misuse', DEV && 'This hook is given another view, channel or input each time that its component renders, which would never end. Define views in a module, not in a component, and make params and input of props and state.');
    }
    kept = keep(key, make(), true);
    setKept(kept);
  }
  useInsertionEffect(() => kept.settle(), [kept]);
  return kept.value;
}

function keep<T>(key: readonly unknown[], value: T, isReplacing: boolean): Kept<T> {
  let isNew = isReplacing;
  return {
    key,
    value,
    isNew: () => isNew,
    settle() {
      isNew = false;
    },
  };
}
