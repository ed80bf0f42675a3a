/** The frames of docs/PROTOCOL.md §12 as the client and the server beside this file read them. Not a test. */
export interface Position { readonly epoch: string; readonly offset: number }
export interface PageEvent { readonly name: string; readonly data?: unknown; readonly time: number; readonly by?: string; readonly command?: string }
export interface Wanted { readonly name: string; readonly generation: number; readonly position?: Position; readonly history?: number }

interface Fields {
  id: string; v: number; n: number; name: string; fence: string; message: string;
  client: string; link: number; token: string; features: readonly string[]; tag: string;
  channel: string; channels: readonly Wanted[]; generation: number; state: string; reason: string; more: boolean;
  missed: { readonly from: number; readonly to: number }; events: readonly PageEvent[]; position: Position; epoch: string; offset: number;
  lane: string; last: number | null; create: boolean; void: boolean; remainingMs: number;
  input: unknown; result: unknown; stamp: readonly string[]; positions: readonly (Position & { readonly channel: string })[];
  code: string; final: boolean; retryAfterMs: number; part: { readonly index: number; readonly last: boolean };
  everyMs: number; limits: { readonly windowPerLane: number }; ping: { readonly visibleMs: number };
}

/** The fields of all frames together: what is read of a frame is what its type has. */
export type Frame = { readonly t: string } & { readonly [Field in keyof Fields]?: Fields[Field] | undefined };

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
export const isId = (value: unknown): boolean => isText(value) && /^[\x21-\x7e]{1,64}$/.test(value as string);
/** The fields of client frames, as far as a small server relies on them. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  hello: { v: isCount, client: isId, link: isCount, features: Array.isArray },
  ping: { n: isCount },
  pong: { n: isCount },
  subscribe: { channels: Array.isArray },
  unsubscribe: { channels: Array.isArray },
  lane: { lane: isText, last: isCount },
  command: { id: isId, lane: isText, n: isCount, name: isText, remainingMs: isCount },
  query: { id: isId, name: isText, remainingMs: isCount },
  cancel: { id: isId },
};

export function isBroken(frame: Frame): 'unknown' | boolean {
  const fields = FIELDS[frame.t];
  if (fields === undefined) return 'unknown';
  return !Object.entries(fields).every(([field, isGood]) => isGood(frame[field as keyof Frame]));
}
