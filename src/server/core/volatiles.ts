/**
 * Volatile client events of one connection: checked, and sent on at once to who listens. Nothing is answered: what is
 * refused, or too much, is dropped. Not here: those that are kept (client-events).
 */
import { validate } from '../../core/validate.js';
import { encode } from '../../core/protocol/codec.js';
import type { PublishFrame } from '../../core/protocol/frames.js';
import { FRAME_DEPTH, VOLATILE_BYTES } from '../../core/protocol/limits.js';
import type { Clock } from '../../core/world.js';
import type { Bucket } from './bucket.js';
import type { Catalog } from './catalog.js';
import { volatileText } from './frame-text.js';
import type { User } from './handlers.js';
import type { Hub, VolatileSink } from './hub.js';
import type { Logger } from './logger.js';

/** Events of one connection that wait for a rule. */
const ASKING = 32;

export interface Volatiles {
  publish(frame: PublishFrame): void;
  /** Nothing is sent on any more. */
  release(): void;
}

export function createVolatiles(parts: {
  readonly user: User;
  readonly catalog: Pick<Catalog, 'clientEvent' | 'mayPublish'>;
  readonly hub: Pick<Hub, 'tell' | 'membersOf'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Pays one for each event, and one for each listener. */
  readonly budget: Bucket;
  readonly logger: Logger;
  /** The connection's own, which hears nothing of it. */
  readonly own: VolatileSink;
}): Volatiles {
  const { user, catalog, hub, clock, budget, logger, own } = parts;
  let asking = 0;
  let isReleased = false;

  return {
    publish({ channel, name, data }) {
      const event = catalog.clientEvent(channel, name);
      if (event === null || !event.isVolatile || asking >= ASKING) return;
      if (!budget.take(clock.now(), 1 + hub.membersOf(channel))) return;
      const encoded = data === undefined ? undefined : encode(data, VOLATILE_BYTES, FRAME_DEPTH - 1);
      if (encoded?.ok === false) return;
      const checked = validate(event.schema, data);
      if ('thrown' in checked) logger.error(`The schema of client event '${name}' threw.`, checked.thrown);
      else if (!checked.ok && checked.code === 'misuse') logger.error(`Client event '${name}' cannot be checked: ${checked.issues}.`);
      if (!checked.ok) return;
      const text = volatileText(channel, name, encoded?.text, user.tag);
      asking++;
      void catalog.mayPublish(event, user, checked.value).then((isAllowed) => {
        asking--;
        if (isAllowed && !isReleased) hub.tell(channel, text, own);
      });
    },
    release() {
      isReleased = true;
    },
  };
}
