/** What the links do, as lines for whoever looks into a problem. Not here: where the lines go. */
import type { LinkStatus } from './reconnect/link.js';

/** Takes what the client says about itself. Tokens, payloads and client ids are never in it. `console` is one. */
export interface ClientLogger {
  debug(line: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Says each change of a link's state once, and passes every status on. */
export function logLink(logger: ClientLogger | undefined, link: number, onStatus: (status: LinkStatus) => void): (status: LinkStatus) => void {
  if (logger === undefined) return onStatus;
  let former = 'idle';
  return (status) => {
    const { state, isSuspect } = status;
    const now = isSuspect ? `${state.tag}, suspect` : state.tag;
    if (now !== former) logger.debug(`holdfast link ${link}: ${former} → ${now}`, 'loss' in state ? { ...state.loss, attempt: 'attempt' in state ? state.attempt : undefined } : {});
    former = now;
    onStatus(status);
  };
}
