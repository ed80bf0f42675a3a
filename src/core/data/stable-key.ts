/** The same text for equal inputs, whatever the order of their keys. An input that cannot be sent has a text as well: its error is reported by the code that sends it. */
export function stableKey(value: unknown): string {
  try {
    return JSON.stringify(value, sortKeys) ?? '';
  } catch (error) {
    return String(error);
  }
}

function sortKeys(_: string, item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}
