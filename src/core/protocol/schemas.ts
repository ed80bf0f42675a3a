/* oxlint-disable max-lines -- Long because every field carries its description. */
/**
 * The frames of protocol v1 as zod schemas: the only source. The server checks every frame of a client with them.
 * `npm run generate` draws from them the types (`frames.ts`), the client's checks (`checks.ts`), the field tables of
 * docs/PROTOCOL.md and docs/protocol.schema.json. Unknown fields are ignored.
 * Not here: the leaves of the client's checks (`field-checks.ts`). zod must stay out of the page: only the server,
 * tests and documents import this.
 */
import { z } from 'zod';
import { type Check, utf8Bytes } from './codec.js';
import { CHANNEL_NAME, EPOCH_LENGTH, FENCE_LENGTH, FRAME_CHANNELS, HISTORY_EVENTS, REMAINING_MS, TOKEN_BYTES, WIRE_ID, WORD_NAME } from './limits.js';

/** What a field table and a comment say of a field besides its type and limits. */
const note = (description: string, unit?: string) => (unit === undefined ? { description } : { description, unit });

/** What the generated code needs to know of a schema besides the schema; the document does not show it. */
export interface CodeNotes {
  /** The name of the type. A text with a name is an open set of words: later versions may add some. */
  readonly type?: string;
  /** The module that exports the type; absent: it is generated. */
  readonly from?: string;
  /** The client does not check the field (docs/decisions/0015). It checks no closed set of words either. */
  readonly isUnchecked?: true;
}
export const CODE_NOTES = z.registry<CodeNotes>();

/** A word of an open set: the client takes a word that it does not know for one that it knows. */
const word = (type: string) => z.string().register(CODE_NOTES, { type, from: './codes.js', isUnchecked: true });
/** A field that this client does not read. */
const unread = <S extends z.ZodType>(schema: S): S => {
  CODE_NOTES.add(schema, { isUnchecked: true });
  return schema;
};

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
  .meta(note('The first frame on every socket.'))
  .register(CODE_NOTES, { type: 'HelloFrame' });

const clientPing = z
  .object({
    t: type('ping'),
    n: count().meta(note('Comes back in the `pong`.')),
    visible: visible(),
  })
  .meta(note('A probe; also sent when visibility changes.'))
  .register(CODE_NOTES, { type: 'ClientPingFrame' });

const clientPong = z
  .object({
    t: type('pong'),
    n: count().meta(note('The `n` of the ping that this answers.')),
    fence: fenceSeen(),
    visible: visible(),
  })
  .meta(note('Answers a `ping` of the server at once.'))
  .register(CODE_NOTES, { type: 'ClientPongFrame' });

const POSITION: CodeNotes = { type: 'Position', from: './position.js' };
const askedPosition = () =>
  z
    .object({
      epoch: epoch(),
      offset: count().meta(note('Of the last event applied; 0: before the first.')),
    })
    .register(CODE_NOTES, POSITION);

const subscribe = z
  .object({
    t: type('subscribe'),
    channels: z
      .array(
        z
          .object({
            name: channelName().meta(note('The channel.')),
            generation: generation(),
            position: askedPosition().exactOptional().meta(note('Where the client is; absent: it has nothing yet.')),
            history: count().max(HISTORY_EVENTS).exactOptional().meta(note('How many of the newest events to send along.', 'events')),
          })
          .meta(note('One channel of a `subscribe`.'))
          .register(CODE_NOTES, { type: 'WantedChannel' }),
      )
      .max(FRAME_CHANNELS)
      .meta(note('The channels wanted; each is answered on its own.')),
    fence: fenceSeen(),
  })
  .meta(note('Wants channels, from where the client is.'))
  .register(CODE_NOTES, { type: 'SubscribeFrame' });

const unsubscribe = z
  .object({
    t: type('unsubscribe'),
    channels: z
      .array(z.object({ name: channelName().meta(note('The channel.')), generation: generation() }))
      .max(FRAME_CHANNELS)
      .meta(note('The subscriptions that end.')),
  })
  .meta(note('Wants channels no more. There is no answer.'))
  .register(CODE_NOTES, { type: 'UnsubscribeFrame' });

const laneAsk = z
  .object({
    t: type('lane'),
    lane: wordName().meta(note('The lane.')),
    last: count().meta(note('The highest number whose answer the client holds; 0: none.')),
    create: z.boolean().exactOptional().meta(note('Make the lane if the server does not know it.')),
  })
  .meta(note("Asks for a lane's head, before the lane's first command on a socket."))
  .register(CODE_NOTES, { type: 'LaneAskFrame' });

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
  .meta(note('Changes something, once.'))
  .register(CODE_NOTES, { type: 'CommandFrame' });

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
  .meta(note('Asks, and changes nothing.'))
  .register(CODE_NOTES, { type: 'QueryFrame' });

const cancel = z
  .object({
    t: type('cancel'),
    id: id().meta(note('Of the query.')),
  })
  .meta(note('The answer to a query is not wanted any more.'))
  .register(CODE_NOTES, { type: 'CancelFrame' });

const publish = z
  .object({
    t: type('publish'),
    channel: channelName().meta(note('The channel.')),
    name: wordName().meta(note('Which volatile client event of the contract.')),
    data: z.unknown().exactOptional().meta(note("The contract's data, before any transform; at most 1,024 bytes of JSON.")),
  })
  .meta(note('Feature `volatile`: a client event that nobody keeps. There is no answer.'))
  .register(CODE_NOTES, { type: 'PublishFrame' });

const serverFence = () => fence().meta(note('The fence of the storage.'));

const welcome = z
  .object({
    t: type('welcome'),
    v: count().meta(note('The protocol version spoken on this socket.')),
    link: unread(count().meta(note('The link of `hello`.'))),
    node: unread(z.string().meta(note('Names the server process, for people.'))),
    tag: z.string().meta(note('The public name of the principal.')),
    storage: z.enum(['memory', 'durable']).meta(note('Whether history and lanes outlive the node.')),
    fence: serverFence(),
    features: unread(z.array(z.string()).meta(note('The features in use on this socket.'))),
    limits: z
      .object({
        channels: count().meta(note('Channels that one link may have.')),
        windowPerLane: count().meta(note('Unanswered commands that one lane may have.')),
        keepMs: unread(ms().meta(note('How long an acknowledged command is kept and offered again if the storage went back.', 'ms'))),
      })
      .meta(note('What the server allows.'))
      .register(CODE_NOTES, { type: 'ServerLimits' }),
    ping: z
      .object({
        visibleMs: ms().meta(note('The ping interval while visible.', 'ms')),
        hiddenMs: ms().meta(note('The ping interval while hidden.', 'ms')),
      })
      .meta(note('The ping intervals.'))
      .register(CODE_NOTES, { type: 'PingIntervals' }),
    tokenMs: unread(ms().exactOptional().meta(note('How long the token is still good for; absent: no end.', 'ms'))),
  })
  .meta(note('Answers `hello`: the link is ready.'))
  .register(CODE_NOTES, { type: 'WelcomeFrame' });

const serverPing = z
  .object({
    t: type('ping'),
    n: count().meta(note('Comes back in the `pong`.')),
    everyMs: ms().meta(note('The interval from now on.', 'ms')),
    fence: serverFence(),
    confirmedMs: unread(ms().meta(note('How long ago the storage last proved that it takes writes.', 'ms'))),
    heardMs: count().meta(note('How long ago the server last read anything from this client, parts of messages included.', 'ms')),
    rttMs: ms().exactOptional().meta(note('The round trip that the server measured last.', 'ms')),
  })
  .meta(note('Says that the server lives, and what the fence is.'))
  .register(CODE_NOTES, { type: 'ServerPingFrame' });

const serverPong = z
  .object({
    t: type('pong'),
    n: count().meta(note('The `n` of the ping that this answers.')),
  })
  .meta(note('Answers a `ping` of the client.'))
  .register(CODE_NOTES, { type: 'ServerPongFrame' });

const eventList = () =>
  z.array(
    z
      .object({
        name: z.string().meta(note('Which event of the contract.')),
        data: z.unknown().exactOptional().meta(note("The contract's data, before any transform.")),
        time: ms().meta(note("The server's wall clock at the append, only for people to read.", 'ms since 1970')),
        by: z.string().exactOptional().meta(note('The user tag of who caused it.')),
        command: z.string().exactOptional().meta(note('The id of the command that caused it.')),
      })
      .meta(note('One event. Its offset follows from its place in the run.'))
      .register(CODE_NOTES, { type: 'WireEvent' }),
  );

const subscribed = z
  .object({
    t: type('subscribed'),
    channel: z.string().meta(note('The channel.')),
    generation: count().meta(note('Of the `subscribe` that this answers.')),
    state: z.enum(['live', 'recovered', 'gap']).meta(note('`live`: no position was given; `recovered`: continues it; `gap`: cannot.')),
    reason: word('GapReason').exactOptional().meta(note('With `gap`: why; see the gap reasons.')),
    missed: unread(
      z
        .object({
          from: count().meta(note('The first missing offset.')),
          to: count().meta(note('The last missing offset.')),
        })
        .exactOptional()
        .meta(note('With `gap`, where it is known: what is missing.')),
    ),
    events: eventList().meta(note('A contiguous run that ends at `position`.')),
    position: z
      .object({
        epoch: epoch(),
        offset: count().meta(note('Of the last of `events`.')),
      })
      .meta(note('After the last of `events`.'))
      .register(CODE_NOTES, POSITION),
    more: z.boolean().meta(note('Another page follows: subscribe again from `position`.')),
    head: count().exactOptional().meta(note("With `more`: the offset of the channel's last event when this page was read. A subscriber without a position begins after it.")),
    fence: serverFence(),
  })
  .meta(note('Answers one channel of a `subscribe`.'))
  .register(CODE_NOTES, { type: 'SubscribedFrame' });

const unsubscribed = z
  .object({
    t: type('unsubscribed'),
    channel: z.string().meta(note('The channel.')),
    generation: count().meta(note('Of the subscription that ends.')),
    reason: word('UnsubscribeReason').meta(note('Why; see the unsubscribe reasons.')),
  })
  .meta(note('Refuses a subscription, or ends one that was not asked to end.'))
  .register(CODE_NOTES, { type: 'UnsubscribedFrame' });

const resync = z
  .object({ t: type('resync'), channel: z.string().meta(note('The channel.')) })
  .meta(note('Subscribe again, from where you are.'))
  .register(CODE_NOTES, { type: 'ResyncFrame' });

const events = z
  .object({
    t: type('events'),
    channel: z.string().meta(note('The channel.')),
    epoch: epoch(),
    offset: z.int().min(1).meta(note('Of the first event; each next one is one higher.')),
    events: eventList().meta(note('A contiguous run.')),
  })
  .meta(note('What was appended to a channel.'))
  .register(CODE_NOTES, { type: 'EventsFrame' });

const volatile = z
  .object({
    t: type('volatile'),
    channel: z.string().meta(note('The channel.')),
    name: z.string().meta(note('Which volatile client event of the contract.')),
    data: z.unknown().exactOptional().meta(note("The contract's data, before any transform.")),
    by: z.string().exactOptional().meta(note('The user tag of the sender, set by the server.')),
  })
  .meta(note('Feature `volatile`: a client event of another connection; no offset, no history.'))
  .register(CODE_NOTES, { type: 'VolatileFrame' });

const lane = z
  .object({
    t: type('lane'),
    lane: z.string().meta(note('The lane.')),
    last: count().nullable().meta(note('The last number that was finished; null: the server does not know the lane.')),
    fence: serverFence(),
  })
  .meta(note('Answers a `lane`.'))
  .register(CODE_NOTES, { type: 'LaneFrame' });

const positions = () =>
  z.array(
    z
      .object({
        channel: z.string().meta(note('The channel.')),
        epoch: epoch(),
        offset: count().meta(note('The offset.')),
      })
      .meta(note('A position together with its channel.'))
      .register(CODE_NOTES, { type: 'ChannelPosition' }),
  );

const response = z
  .object({
    t: type('response'),
    id: z.string().meta(note('Of the request.')),
    result: z.unknown().exactOptional().meta(note("The contract's output, before any transform.")),
    redo: unread(z.boolean().exactOptional().meta(note('For a command: it may be run again if the storage went back.'))),
    fence: unread(fence().exactOptional().meta(note('For a command: the fence under which it was recorded.'))),
    positions: positions().exactOptional().meta(note('For a command: where its events landed. For a query: the stamped positions, with the last part.')),
    part: z
      .object({
        index: count().meta(note('Its place, from 0.')),
        last: z.boolean().meta(note('Whether it is the last.')),
      })
      .exactOptional()
      .meta(note('For a query, feature `parts`: `result` is a piece of JSON text; joined by index, the pieces are the result.')),
  })
  .meta(note('A query or command went well.'))
  .register(CODE_NOTES, { type: 'ResponseFrame' });

const error = z
  .object({
    t: type('error'),
    id: z.string().meta(note('Of the request.')),
    code: word('WireError').meta(note('What went wrong; see the error codes.')),
    name: z.string().exactOptional().meta(note("With `rejected`: which of the contract's errors.")),
    data: z.unknown().exactOptional().meta(note("With `rejected`: what the contract's error carries.")),
    dataExpired: z.boolean().exactOptional().meta(note('With `rejected`: it carried `data`, which the server does not store any more.')),
    message: z.string().meta(note('A sentence for people.')),
    final: z.boolean().meta(note('Whether this is the outcome. False: not recorded, send it again.')),
    positions: positions().exactOptional().meta(note("With `result-expired`: where the command's events landed; absent: not stored any more.")),
    retryAfterMs: ms().exactOptional().meta(note('Without `final`: when to send it again; absent: 1,000.', 'ms')),
  })
  .meta(note('A request did not go well.'))
  .register(CODE_NOTES, { type: 'ErrorFrame' });

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
};

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
};

/** For `decode` on the server. */
export const CLIENT_FRAME_CHECKS: ReadonlyMap<string, Check> = checksOf(CLIENT_FRAMES);
/** Every field of a server's frame. The client checks fewer of them (`SERVER_FRAME_CHECKS` of `checks.ts`). */
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
