/**
 * The words of v1 that are reserved and not built: their shapes as the document draws them, each under the feature
 * that will turn it on.
 * Not here: anything that runs. Only the document's generator and its tests import this; what gets built moves to
 * `frames.ts` and `schemas.ts`.
 */
import { z } from 'zod';
import { CHANNEL_NAME, TOKEN_BYTES, WIRE_ID } from './limits.js';

const note = (description: string, unit?: string) => (unit === undefined ? { description } : { description, unit });
const type = <const Name extends string>(name: Name) => z.literal(name).meta(note('The type of the frame.'));
const channel = () => z.string().meta(note('The channel.'));
const askedChannel = () => z.string().regex(CHANNEL_NAME).meta(note('The channel.'));
const data = () => z.unknown().exactOptional().meta(note("The contract's data, before any transform."));
const member = {
  key: z.string().meta(note('Public name of this client in this channel; never the client id.')),
  tag: z.string().meta(note('The user tag of the principal.')),
  data: data(),
};

export const RESERVED_CLIENT_FRAMES = {
  reauth: z
    .object({
      t: type('reauth'),
      id: z.string().regex(WIRE_ID).meta(note('The answer carries it.')),
      token: z.string().max(TOKEN_BYTES).meta(note('The new token.', 'at most 8,192 bytes of UTF-8')),
    })
    .meta({ ...note('Renews the token in place; the principal must stay the same.'), feature: 'reauth' }),
  enter: z
    .object({ t: type('enter'), channel: askedChannel(), data: data() })
    .meta({ ...note('Be present in a channel; sent again, it changes the data.'), feature: 'presence' }),
  leave: z
    .object({ t: type('leave'), channel: askedChannel() })
    .meta({ ...note('Be present no more.'), feature: 'presence' }),
};

export const RESERVED_SERVER_FRAMES = {
  members: z
    .object({
      t: type('members'),
      channel: channel(),
      generation: z.int().min(0).meta(note('Of the `subscribe` that asked.')),
      members: z.array(z.object(member)).meta(note('Some of who is present.')),
      more: z.boolean().meta(note('Another page follows by itself.')),
    })
    .meta({ ...note('Who is present, in pages.'), feature: 'presence' }),
  member: z
    .object({ t: type('member'), channel: channel(), change: z.enum(['entered', 'updated', 'left']).meta(note('What happened.')), ...member })
    .meta({ ...note('One change of who is present.'), feature: 'presence' }),
  move: z
    .object({
      t: type('move'),
      withinMs: z.number().min(0).meta(note('When the server closes the socket at the latest.', 'ms')),
      afterMs: z.number().min(0).meta(note('When to begin; the server spreads its clients with it.', 'ms')),
      url: z.string().exactOptional().meta(note('Where to; absent: the same address.')),
    })
    .meta({ ...note('The server is leaving: open another socket first, then let this one go.'), feature: 'move' }),
};

/** Fields that a feature adds to frames that are built. */
export const RESERVED_FIELDS = [
  {
    frames: 'subscribe',
    feature: 'presence',
    field: 'channels[].members',
    schema: z.boolean().meta(note('Send who is present, and each change of it.')),
  },
  {
    frames: 'query, command, reauth',
    feature: 'trace',
    field: 'traceparent',
    schema: z
      .string()
      .max(64)
      .meta(note('W3C trace context.')),
  },
] as const;
