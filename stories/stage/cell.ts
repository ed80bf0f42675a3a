// One value that changes, and those who are told. Not a story.

export interface Cell<T> {
  readonly get: () => T;
  readonly subscribe: (onChange: () => void) => () => void;
  /** Changes some of it. */
  readonly set: (change: Partial<T>) => void;
}

export function createCell<T extends object>(initial: T): Cell<T> {
  const told = new Set<() => void>();
  let value = initial;
  return {
    get: () => value,
    subscribe(onChange) {
      const own = (): void => onChange();
      told.add(own);
      return () => told.delete(own);
    },
    set(change) {
      value = { ...value, ...change };
      for (const tell of told) tell();
    },
  };
}
