/**
 * The client's frames as zod schemas, and the checks made of them.
 * Not here: the server's frames.
 */
import { z } from 'zod';
import type { Check } from './codec.js';
import { CHANNEL_NAME } from './limits.js';

const word = z.string().min(1).max(128);
const count = z.int().min(0);
const ms = z.number().min(0);
const channelName = z.string().regex(CHANNEL_NAME);
const position = z.object({ epoch: word, offset: count });

const CLIENT_FRAMES = {
  hello: z.object({
    t: z.literal('hello'),
    v: count,
    token: z.string().optional(),
    client: word,
    link: count,
    fence: z.string().max(1024).optional(),
    features: z.array(word).max(32),
    outbox: z.enum(['memory', 'persistent']),
    visible: z.boolean(),
  }),
  ping: z.object({ t: z.literal('ping'), n: count, visible: z.boolean() }),
  pong: z.object({ t: z.literal('pong'), n: count, fence: z.string().max(1024).optional(), visible: z.boolean() }),
  subscribe: z.object({
    t: z.literal('subscribe'),
    channels: z.array(z.object({ name: channelName, generation: count, position: position.optional(), history: count.optional() })),
    fence: z.string().max(1024).optional(),
  }),
  unsubscribe: z.object({ t: z.literal('unsubscribe'), channels: z.array(z.object({ name: channelName, generation: count })) }),
  lane: z.object({ t: z.literal('lane'), lane: word, last: count, create: z.boolean().optional() }),
  command: z.object({
    t: z.literal('command'),
    lane: word,
    n: z.int().min(1),
    id: word,
    name: word,
    input: z.unknown().optional(),
    remainingMs: ms,
    void: z.boolean().optional(),
  }),
  query: z.object({
    t: z.literal('query'),
    id: word,
    name: word,
    input: z.unknown().optional(),
    remainingMs: ms,
    stamp: z.array(channelName).max(32).optional(),
  }),
  cancel: z.object({ t: z.literal('cancel'), id: word }),
} as const;

const checkOf =
  (schema: z.ZodType): Check =>
  (value) => {
    const result = schema.safeParse(value);
    return result.success ? null : `${result.error.issues[0]?.path.join('.') ?? ''} is missing or wrong`;
  };

export const CLIENT_FRAME_CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries(CLIENT_FRAMES).map(([type, schema]) => [type, checkOf(schema)]),
);
