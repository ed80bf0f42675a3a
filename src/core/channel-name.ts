/**
 * Channel names: a pattern with its parameters filled in, and read back.
 * Not here: what a channel carries (`contract.ts`).
 */
import type { ChannelRef, ParamsArgs } from './contract.js';
import { DEV, RealtimeError } from './errors.js';

/** The parameters of a channel's name, where its pattern is not known to the compiler. */
export type Params = Readonly<Record<string, string | number>>;

const PARAMETER = /\{(\w+)\}/g;

/**
 * The name of one channel: the pattern with its parameters filled in, percent-encoded.
 *
 * @throws RealtimeError `misuse` if a parameter is missing, cannot be part of a name, or is none of the pattern's
 * @example
 * ```ts
 * channelName(api.channels.room, { id: 'a b' }) // 'room:a%20b'
 * ```
 */
export function channelName<Ref extends Pick<ChannelRef, 'pattern'>>(ref: Ref, ...given: ParamsArgs<Ref>): string;
export function channelName(ref: Pick<ChannelRef, 'pattern'>, params: Readonly<Record<string, string | number>> = {}): string {
  for (const parameter in params) {
    if (!ref.pattern.includes(`{${parameter}}`)) throw new RealtimeError('misuse', DEV && `Channel '${ref.pattern}' has no parameter '${parameter}'. Pass those of its name alone.`);
  }
  return ref.pattern.replace(PARAMETER, (_, parameter: string) => {
    const value: unknown = params[parameter];
    if (value === '' || (typeof value !== 'string' && !Number.isFinite(value))) {
      throw new RealtimeError('misuse', DEV && `Channel '${ref.pattern}' needs the parameter '${parameter}', a text that is not empty or a number; pass it under params.`);
    }
    return encodeParameter(String(value));
  });
}

/** Keeps `A-Z a-z 0-9 _ - .` and writes the rest as `%XX`, so that a value can never hold a separator. */
function encodeParameter(value: string): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(value);
  } catch (cause) {
    throw new RealtimeError('misuse', DEV && 'A channel parameter holds half of a surrogate pair, which no channel name can hold.', { cause });
  }
  return encoded.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reads channel names by a pattern: the parameters, or null for a name that is not one of that pattern's, written as we write it. */
export function channelReader(pattern: string): (name: string) => Readonly<Record<string, string>> | null {
  const parameters: string[] = [];
  const source = pattern.replace(/[.]/g, '\\.').replace(PARAMETER, (_, parameter: string) => {
    parameters.push(parameter);
    return '([A-Za-z0-9_.%-]+)';
  });
  const compiled = new RegExp(`^${source}$`);
  return (name) => {
    const found = compiled.exec(name);
    if (found === null) return null;
    const values: [string, string][] = [];
    for (const [index, parameter] of parameters.entries()) {
      try {
        values.push([parameter, decodeURIComponent(found[index + 1] ?? '')]);
      } catch {
        return null;
      }
    }
    const params = Object.fromEntries(values);
    // `room:%41` and `room:A` would be two channels with one meaning: a rule must not see the one and the hub the other.
    return values.some(([, value]) => value === '') || channelName({ pattern }, params) !== name ? null : params;
  };
}
