/** Random choices of the soak's workload; they need not be repeated, since real sockets are not. Not a test. */
export const between = (least: number, most: number): number => least + Math.random() * (most - least);
export const whole = (least: number, most: number): number => Math.floor(between(least, most + 1));
export const chance = (probability: number): boolean => Math.random() < probability;
export const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;
/** Each order of magnitude is as likely as any other one. */
export const logarithmic = (least: number, most: number): number => Math.round(least * (most / least) ** Math.random());
export const shuffled = <Item>(items: readonly Item[]): Item[] => items.map((item) => [Math.random(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
export const text = (bytes: number): string => 'x'.repeat(bytes);

/** Acts again and again, each time after a random wait with this mean, until the returned function is called. */
export function repeat(meanMs: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const later = (): void => {
    timer = setTimeout(() => {
      act();
      later();
    }, between(0, 2 * meanMs));
  };
  later();
  return () => clearTimeout(timer);
}
