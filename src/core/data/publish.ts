/** Client events on their way out: a kept one is a command, a volatile one is sent now or not at all. */
import { CHANNELS } from '../channels/channels.js';
import { channelName } from '../channel-name.js';
import type { ChannelRef, ClientEventSchema, InputOf, OpenChannelRef, ParamsArgs, Volatile } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import type { Core } from '../feature.js';
import { clientEventOf, publishCommand, takeVolatile } from '../payloads.js';
import { sendCommand } from './commands.js';
import type { Sent } from './command-status.js';

/** What publishing gives: of a volatile event whether a socket took it, of a kept one the command. */
export type Published<Part> = Part extends Volatile ? boolean : Sent<unknown, undefined>;

/**
 * Publishes one of the contract's client events. A kept one goes through the outbox and waits while there is no connection.
 * A volatile one goes now or not at all: false says that there was no socket for it.
 *
 * @throws RealtimeError for a volatile event: `invalid` or `too-large` (1 kB) if it cannot be sent
 * @example
 * ```ts
 * client.channel(api.channels.room, { id: 42 }).publish('typing', { on: true });
 * ```
 */
export type Publish<Ref extends ChannelRef> = <Name extends keyof Ref['clientEvents'] & string>(event: Name, data: InputOf<ClientEventSchema<Ref['clientEvents'][Name]>>) => Published<Ref['clientEvents'][Name]>;

/**
 * Publishes on a channel without a contract, through the outbox: it waits while there is no connection. With a server that
 * answers no publish it ends `handed-over` when the socket has taken it.
 */
export type PublishOpen<Data> = (data: Data) => Sent;

/** Gives the function that publishes on one channel. */
export function publisher<Pattern extends string, Data>(core: Core, ref: OpenChannelRef<Pattern, Data>, ...params: ParamsArgs<OpenChannelRef<Pattern, Data>>): PublishOpen<Data>;
export function publisher<Ref extends ChannelRef>(core: Core, ref: Ref, ...params: ParamsArgs<Ref>): Publish<Ref>;
export function publisher(core: Core, ref: ChannelRef, ...params: ParamsArgs<ChannelRef>): unknown {
  const channel = channelName(ref, ...params);
  return (...given: readonly unknown[]): Sent | boolean => {
    // Without a contract an event has no name of its own.
    const name = given.length < 2 ? 'message' : String(given[0]);
    const data = given.at(-1);
    const part = clientEventOf(ref, name);
    if (part === undefined) throw new RealtimeError('misuse', DEV && `Clients publish no '${name}' on '${ref.pattern}'. Name it under clientEvents in the contract.`);
    if (!('~standard' in part)) return core.use(CHANNELS).publish(takeVolatile(channel, name, part.schema, data));
    return sendCommand(core, publishCommand(part), { channel, name, data });
  };
}
