/** When two snapshots are the same to a component that shows a selection of their data. Not here: the selecting itself. */

/** With a selection, `dataUpdatedAt` is the time at which what was selected last changed: it alone renders nothing. */
export function isSameSelection<Snapshot extends { readonly data: unknown }>(
  isEqual: (a: Snapshot['data'], b: Snapshot['data']) => boolean,
): (a: Snapshot, b: Snapshot) => boolean {
  return (a, b) =>
    (Object.keys(a) as (keyof Snapshot)[]).every((key) => key === 'dataUpdatedAt' || (key === 'data' ? isEqual : Object.is)(a[key], b[key]));
}
