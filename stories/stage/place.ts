// Where a story plays: a server that people can reach, and everything that can be done to it. Two kinds: `simulated-place.ts` and `live-place.ts`.
import type { ClientSettings } from 'holdfast';

/** Whose page the faults of the panel are done to. */
export const SELF = 'Ada';

export type FaultName = 'cut' | 'cutOne' | 'silence' | 'freeze' | 'cable' | 'kill' | 'close' | 'latency' | 'skip';

export interface PlaceState {
  readonly server: 'up' | 'frozen' | 'down';
  /** Who has no cable in. */
  readonly unplugged: readonly string[];
  readonly latencyMs: number;
  /** Time of the place, once a second: by `now`, in whole seconds, and by the wall clock. */
  readonly seconds: number;
  readonly wallMs: number;
  readonly isSkipping: boolean;
  /** What is wrong with the place itself; null: nothing. */
  readonly problem: string | null;
}

export interface StagePlace {
  readonly kind: 'simulated' | 'live';
  /** Of this stage alone: rooms and books of that name are nobody else's. */
  readonly id: string;
  /** Why a fault cannot be had here. */
  readonly missing: { readonly [Name in FaultName]?: string };
  readonly state: { readonly get: () => PlaceState; readonly subscribe: (onChange: () => void) => () => void };
  readonly now: () => number;
  /** When the last fault was done, by `now`; null: none yet. */
  readonly lastFaultAt: () => number | null;
  /** What a provider of this person needs to reach the server. */
  connect(person: string): Pick<ClientSettings, 'url' | 'auth' | 'world'>;
  /** Ends all sockets of the person. */
  cut(person: string): void;
  /** Ends one of them. */
  cutOne(person: string): void;
  /** All sockets of the person stay open and carry nothing any more; new ones work. */
  silence(person: string): void;
  /** Pulls the cable: nothing gets through, and new sockets open to nobody, until it is plugged in again. */
  unplug(person: string): void;
  plug(person: string): void;
  /** The process stands still for a while. */
  freeze(): void;
  kill(): void;
  start(): void;
  /** The server says goodbye to everybody with this code. */
  close(code: number, reason: string): void;
  setLatency(ms: number): void;
  /** Lets so much time pass at once. */
  skip(ms: number): void;
  /** The place lives until the returned function ends that. */
  run(): () => void;
}

/** How long a frozen server stays frozen. */
export const FREEZE_MS = 15_000;
/** How long a live server that was killed stays away. */
export const DOWN_MS = 5_000;
