/**
 * A priority queue: the heaviest item, and among equally heavy ones the longest unchanged. A call costs about the same for any
 * number of items. Weights up to 12 are told apart exactly, larger ones within 9 %. *Spared* items come after all others.
 * Not here: what a weight stands for.
 */
export interface WeightOrder<Item> {
  /** Puts an item last among those of its weight; weight 0 takes it out. A spared item is lighter than every item that is not. */
  put(item: Item, weight: number, isSpared?: boolean): void;
  /** The same, but an item whose class of weight stays the same keeps its place. */
  reweigh(item: Item, weight: number, isSpared?: boolean): void;
  /** The heaviest item; `preferred`, if no item is heavier. */
  heaviest(preferred?: Item): Item | undefined;
}

const CLASSES_PER_DOUBLING = 8;
/** Above every class of a spared item: no weight reaches 2^64. */
const NOT_SPARED = 64 * CLASSES_PER_DOUBLING;
const NONE = -1;

export function createWeightOrder<Item>(): WeightOrder<Item> {
  return new LeanWeightOrder<Item>();
}

/** A class, and without maps while it has one item: each principal has such an order, and most have one channel. */
class LeanWeightOrder<Item> implements WeightOrder<Item> {
  #only: Item | undefined = undefined;
  #onlyClass = NONE;
  #classOf: Map<Item, number> | null = null;
  /** By class; in each the longest unchanged first. None is empty. */
  #classes: Map<number, Set<Item>> | null = null;

  put(item: Item, weight: number, isSpared = false): void {
    this.#place(item, classOf(weight, isSpared));
  }
  reweigh(item: Item, weight: number, isSpared = false): void {
    const its = classOf(weight, isSpared);
    if (its !== this.#find(item)) this.#place(item, its);
  }
  heaviest(preferred?: Item): Item | undefined {
    if (this.#classes === null) return this.#only;
    let top = NONE;
    for (const its of this.#classes.keys()) if (its > top) top = its;
    return preferred !== undefined && this.#find(preferred) === top ? preferred : this.#classes.get(top)?.values().next().value;
  }

  #find(item: Item): number {
    if (this.#classOf !== null) return this.#classOf.get(item) ?? NONE;
    return this.#only === item ? this.#onlyClass : NONE;
  }

  #place(item: Item, its: number): void {
    if (this.#classOf === null || this.#classes === null) {
      if (this.#only === undefined || this.#only === item) {
        this.#only = its === NONE ? undefined : item;
        this.#onlyClass = its;
        return;
      }
      if (its === NONE) return;
      this.#classOf = new Map([[this.#only, this.#onlyClass]]);
      this.#classes = new Map([[this.#onlyClass, new Set([this.#only])]]);
      this.#only = undefined;
    }
    const before = this.#classOf.get(item);
    if (before !== undefined) {
      const peers = this.#classes.get(before);
      peers?.delete(item);
      if (peers?.size === 0) this.#classes.delete(before);
    }
    if (its === NONE) {
      this.#classOf.delete(item);
      return;
    }
    const peers = this.#classes.get(its);
    if (peers === undefined) this.#classes.set(its, new Set([item]));
    else peers.add(item);
    if (its !== before) this.#classOf.set(item, its);
  }
}

function classOf(weight: number, isSpared: boolean): number {
  if (weight <= 0) return NONE;
  return Math.floor(Math.log2(weight) * CLASSES_PER_DOUBLING) + (isSpared ? 0 : NOT_SPARED);
}
