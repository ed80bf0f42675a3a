/* oxlint-disable max-lines -- Long because every field carries its description. */
/**
 * The frames of protocol v1 as zod schemas: what the server holds clients to, and where the document's field
 * tables and the JSON Schema come from. Unknown fields are ignored.
 * Not here: the client's checks of server frames (`checks.ts`, by hand, the same answers). zod must stay out of
 * the page: only the server, tests and documents import this.
 */
import { z } from 'zod';
import { type Check, utf8Bytes } from './codec.js';
import type { ClientFrame, ServerFrame } from './frames.js';
import { CHANNEL_NAME, EPOCH_LENGTH, FENCE_LENGTH, FRAME_CHANNELS, HISTORY_EVENTS, REMAINING_MS, TOKEN_BYTES, WIRE_ID, WORD_NAME } from './limits.js';

/** What a field table says of a field besides its type and limits. */
const note = (description: string, unit?: string) => (unit === undefined ? { description } : { description, unit });

const type = <const Name extends string>(name: Name) => z.literal(name).meta(note('The type of the frame.'));
const count = () => z.int().min(0);
const ms = () => z.number().min(0);

/* What clients may say is limited field by field; what servers say by the size of a frame, and where clients say it back. */
const channelName = () => z.string().regex(CHANNEL_NAME);
const wordName = () => z.string().regex(WORD_NAME);
const id = () => z.string().regex(WIRE_ID);
const fence = () => z.string().max(FENCE_LENGTH);
const epoch = () => z.string().max(EPOCH_LENGTH).meta(note('The history that the offset counts in.'));
const generation = () => z.int().min(1).meta(note('Of the subscription; grows with every `subscribe` of the channel.'));
const remainingMs = () => z.number().min(0).max(REMAINING_MS);
const visible = () => z.boolean().meta(note('Whether a person can see the page; chooses the ping interval.'));
const fenceSeen = () => fence().exactOptional().meta(note('The newest fence that the client has seen.'));

const hello = z
  .object({
    t: type('hello'),
    v: count().meta(note('The protocol version that the client speaks.')),
    token: z
      .string()
      .max(TOKEN_BYTES)
      .refine((token) => utf8Bytes(token) <= TOKEN_BYTES, `over ${TOKEN_BYTES} bytes`)
      .exactOptional()
      .meta(note('Who the client is; absent: cookies or nothing.', 'at most 8,192 bytes of UTF-8')),
    client: id().meta(note('The secret client id, one a client.')),
    link: count().meta(note("Which of the client's links this is, from 0.")),
    attempt: z.int().min(1).meta(note('The number of this socket among those of the link; grows with each socket.')),
    fence: fenceSeen(),
    features: z.array(z.string().max(64)).max(32).meta(note('The features that the client can use.')),
    outbox: z.enum(['memory', 'persistent']).meta(note("Whether the client's unanswered commands outlive the page.")),
    visible: visible(),
  })
  .meta(note('The first frame on every socket.'));

const clientPing = z
  .object({
    t: type('ping'),
    n: count().meta(note('Comes back in the `pong`.')),
    visible: visible(),
  })
  .meta(note('A probe; also sent when visibility changes.'));

const clientPong = z
  .object({
    t: type('pong'),
    n: count().meta(note('The `n` of the ping that this answers.')),
    fence: fenceSeen(),
    visible: visible(),
  })
  .meta(note('Answers a `ping` of the server at once.'));

const askedPosition = () =>
  z.object({
    epoch: epoch(),
    offset: count().meta(note('Of the last event applied; 0: before the first.')),
  });

const subscribe = z
  .object({
    t: type('subscribe'),
    channels: z
      .array(
        z.object({
          name: channelName().meta(note('The channel.')),
          generation: generation(),
          position: askedPosition().exactOptional().meta(note('Where the client is; absent: it has nothing yet.')),
          history: count().max(HISTORY_EVENTS).exactOptional().meta(note('How many of the newest events to send along.', 'events')),
        }),
      )
      .max(FRAME_CHANNELS)
      .meta(note('The channels wanted; each is answered on its own.')),
    fence: fenceSeen(),
  })
  .meta(note('Wants channels, from where the client is.'));

const unsubscribe = z
  .object({
    t: type('unsubscribe'),
    channels: z
      .array(z.object({ name: channelName().meta(note('The channel.')), generation: generation() }))
      .max(FRAME_CHANNELS)
      .meta(note('The subscriptions that end.')),
  })
  .meta(note('Wants channels no more. There is no answer.'));

const laneAsk = z
  .object({
    t: type('lane'),
    lane: wordName().meta(note('The lane.')),
    last: count().meta(note('The highest number whose answer the client holds; 0: none.')),
    create: z.boolean().exactOptional().meta(note('Make the lane if the server does not know it.')),
  })
  .meta(note("Asks for a lane's head, before the lane's first command on a socket."));

const command = z
  .object({
    t: type('command'),
    lane: wordName().meta(note('The lane.')),
    n: z.int().min(1).meta(note('Its number in the lane.')),
    id: id().meta(note('Its random id; the answer carries it.')),
    name: wordName().meta(note('Which command of the contract.')),
    input: z.unknown().exactOptional().meta(note("The contract's input, before any transform.")),
    remainingMs: remainingMs().meta(note('How long it may still wait to be run.', 'ms')),
    void: z.boolean().exactOptional().meta(note('If it was not run yet, record it as never to be run.')),
  })
  .meta(note('Changes something, once.'));

const query = z
  .object({
    t: type('query'),
    id: id().meta(note('The answer carries it.')),
    name: wordName().meta(note('Which query of the contract.')),
    input: z.unknown().exactOptional().meta(note("The contract's input, before any transform.")),
    remainingMs: remainingMs().meta(note('How long the client still waits.', 'ms')),
    stamp: z
      .array(channelName())
      .max(FRAME_CHANNELS)
      .exactOptional()
      .meta(note('Channels whose positions are read before the handler runs.')),
  })
  .meta(note('Asks, and changes nothing.'));

const cancel = z
  .object({
    t: type('cancel'),
    id: id().meta(note('Of the query.')),
  })
  .meta(note('The answer to a query is not wanted any more.'));

const publish = z
  .object({
    t: type('publish'),
    channel: channelName().meta(note('The channel.')),
    name: wordName().meta(note('Which volatile client event of the contract.')),
    data: z.unknown().exactOptional().meta(note("The contract's data, before any transform; at most 1,024 bytes of JSON.")),
  })
  .meta(note('Feature `volatile`: a client event that nobody keeps. There is no answer.'));

const serverFence = () => fence().meta(note('The fence of the storage.'));

const welcome = z
  .object({
    t: type('welcome'),
    v: count().meta(note('The protocol version spoken on this socket.')),
    link: count().meta(note('The link of `hello`.')),
    node: z.string().meta(note('Names the server process, for people.')),
    tag: z.string().meta(note('The public name of the principal.')),
    storage: z.enum(['memory', 'durable']).meta(note('Whether history and lanes outlive the node.')),
    fence: serverFence(),
    features: z.array(z.string()).meta(note('The features in use on this socket.')),
    limits: z
      .object({
        channels: count().meta(note('Channels that one link may have.')),
        windowPerLane: count().meta(note('Unanswered commands that one lane may have.')),
        keepMs: ms().meta(note('How long an acknowledged command is kept and offered again if the storage went back.', 'ms')),
      })
      .meta(note('What the server allows.')),
    ping: z
      .object({
        visibleMs: ms().meta(note('The ping interval while visible.', 'ms')),
        hiddenMs: ms().meta(note('The ping interval while hidden.', 'ms')),
      })
      .meta(note('The ping intervals.')),
    tokenMs: ms().exactOptional().meta(note('How long the token is still good for; absent: no end.', 'ms')),
  })
  .meta(note('Answers `hello`: the link is ready.'));

const serverPing = z
  .object({
    t: type('ping'),
    n: count().meta(note('Comes back in the `pong`.')),
    everyMs: ms().meta(note('The interval from now on.', 'ms')),
    fence: serverFence(),
    confirmedMs: ms().meta(note('How long ago the storage last proved that it takes writes.', 'ms')),
    heardMs: count().meta(note('How long ago the server last read anything from this client, parts of messages included.', 'ms')),
    rttMs: ms().exactOptional().meta(note('The round trip that the server measured last.', 'ms')),
  })
  .meta(note('Says that the server lives, and what the fence is.'));

const serverPong = z
  .object({
    t: type('pong'),
    n: count().meta(note('The `n` of the ping that this answers.')),
  })
  .meta(note('Answers a `ping` of the client.'));

const eventList = () =>
  z.array(
    z.object({
      name: z.string().meta(note('Which event of the contract.')),
      data: z.unknown().exactOptional().meta(note("The contract's data, before any transform.")),
      time: ms().meta(note("The server's wall clock at the append, only for people to read.", 'ms since 1970')),
      by: z.string().exactOptional().meta(note('The user tag of who caused it.')),
      command: z.string().exactOptional().meta(note('The id of the command that caused it.')),
    }),
  );

const subscribed = z
  .object({
    t: type('subscribed'),
    channel: z.string().meta(note('The channel.')),
    generation: count().meta(note('Of the `subscribe` that this answers.')),
    state: z.enum(['live', 'recovered', 'gap']).meta(note('`live`: no position was given; `recovered`: continues it; `gap`: cannot.')),
    reason: z.string().exactOptional().meta(note('With `gap`: why; see the gap reasons.')),
    missed: z
      .object({
        from: count().meta(note('The first missing offset.')),
        to: count().meta(note('The last missing offset.')),
      })
      .exactOptional()
      .meta(note('With `gap`, where it is known: what is missing.')),
    events: eventList().meta(note('A contiguous run that ends at `position`.')),
    position: z
      .object({
        epoch: epoch(),
        offset: count().meta(note('Of the last of `events`.')),
      })
      .meta(note('After the last of `events`.')),
    more: z.boolean().meta(note('Another page follows: subscribe again from `position`.')),
    head: count().exactOptional().meta(note("With `more`: the offset of the channel's last event when this page was read. A subscriber without a position begins after it.")),
    fence: serverFence(),
  })
  .meta(note('Answers one channel of a `subscribe`.'));

const unsubscribed = z
  .object({
    t: type('unsubscribed'),
    channel: z.string().meta(note('The channel.')),
    generation: count().meta(note('Of the subscription that ends.')),
    reason: z.string().meta(note('Why; see the unsubscribe reasons.')),
  })
  .meta(note('Refuses a subscription, or ends one that was not asked to end.'));

const resync = z
  .object({ t: type('resync'), channel: z.string().meta(note('The channel.')) })
  .meta(note('Subscribe again, from where you are.'));

const events = z
  .object({
    t: type('events'),
    channel: z.string().meta(note('The channel.')),
    epoch: epoch(),
    offset: z.int().min(1).meta(note('Of the first event; each next one is one higher.')),
    events: eventList().meta(note('A contiguous run.')),
  })
  .meta(note('What was appended to a channel.'));

const volatile = z
  .object({
    t: type('volatile'),
    channel: z.string().meta(note('The channel.')),
    name: z.string().meta(note('Which volatile client event of the contract.')),
    data: z.unknown().exactOptional().meta(note("The contract's data, before any transform.")),
    by: z.string().exactOptional().meta(note('The user tag of the sender, set by the server.')),
  })
  .meta(note('Feature `volatile`: a client event of another connection; no offset, no history.'));

const lane = z
  .object({
    t: type('lane'),
    lane: z.string().meta(note('The lane.')),
    last: count().nullable().meta(note('The last number that was finished; null: the server does not know the lane.')),
    fence: serverFence(),
  })
  .meta(note('Answers a `lane`.'));

const positions = () =>
  z.array(
    z.object({
      channel: z.string().meta(note('The channel.')),
      epoch: epoch(),
      offset: count().meta(note('The offset.')),
    }),
  );

const response = z
  .object({
    t: type('response'),
    id: z.string().meta(note('Of the request.')),
    result: z.unknown().exactOptional().meta(note("The contract's output, before any transform.")),
    redo: z.boolean().exactOptional().meta(note('For a command: it may be run again if the storage went back.')),
    fence: fence().exactOptional().meta(note('For a command: the fence under which it was recorded.')),
    positions: positions().exactOptional().meta(note('For a command: where its events landed. For a query: the stamped positions, with the last part.')),
    part: z
      .object({
        index: count().meta(note('Its place, from 0.')),
        last: z.boolean().meta(note('Whether it is the last.')),
      })
      .exactOptional()
      .meta(note('For a query, feature `parts`: `result` is a piece of JSON text; joined by index, the pieces are the result.')),
  })
  .meta(note('A query or command went well.'));

const error = z
  .object({
    t: type('error'),
    id: z.string().meta(note('Of the request.')),
    code: z.string().meta(note('What went wrong; see the error codes.')),
    name: z.string().exactOptional().meta(note("With `rejected`: which of the contract's errors.")),
    data: z.unknown().exactOptional().meta(note("With `rejected`: what the contract's error carries.")),
    dataExpired: z.boolean().exactOptional().meta(note('With `rejected`: it carried `data`, which the server does not store any more.')),
    message: z.string().meta(note('A sentence for people.')),
    final: z.boolean().meta(note('Whether this is the outcome. False: not recorded, send it again.')),
    positions: positions().exactOptional().meta(note("With `result-expired`: where the command's events landed; absent: not stored any more.")),
    retryAfterMs: ms().exactOptional().meta(note('Without `final`: when to send it again; absent: 1,000.', 'ms')),
  })
  .meta(note('A request did not go well.'));

type SchemasOf<Frame extends { readonly t: string }> = { readonly [F in Frame as F['t']]: z.ZodType<F> };

/** What a client may say, by type. */
export const CLIENT_FRAMES = {
  hello,
  ping: clientPing,
  pong: clientPong,
  subscribe,
  unsubscribe,
  lane: laneAsk,
  command,
  query,
  cancel,
  publish,
} satisfies SchemasOf<ClientFrame>;

/** What a server may say, by type. */
export const SERVER_FRAMES = {
  welcome,
  ping: serverPing,
  pong: serverPong,
  subscribed,
  unsubscribed,
  resync,
  events,
  volatile,
  lane,
  response,
  error,
} satisfies SchemasOf<ServerFrame>;

/** For `decode` on the server. */
export const CLIENT_FRAME_CHECKS: ReadonlyMap<string, Check> = checksOf(CLIENT_FRAMES);
/** The same answers as `SERVER_FRAME_CHECKS` of `checks.ts`. */
export const SERVER_FRAME_SCHEMA_CHECKS: ReadonlyMap<string, Check> = checksOf(SERVER_FRAMES);

function checksOf(schemas: Readonly<Record<string, z.ZodType>>): ReadonlyMap<string, Check> {
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, checkOf(schema)]));
}

/** Names the first field that is wrong, never its value. */
function checkOf(schema: z.ZodType): Check {
  return (frame) => {
    const issue = schema.safeParse(frame).error?.issues[0];
    if (issue === undefined) return null;
    return `${issue.path.map(String).join('.') || 'frame'}: ${issue.message}`;
  };
}
