/**
 * What travels inside frames, held against the contract: input on its way out, events and answers on their way in.
 * The sender validates and sends the original; the receiver validates and uses the output.
 */
import type { EventDecoder } from './channels/delivery.js';

import { PUBLISH, type ChannelRef, type CommandRef, type QueryRef, type Schema, type Volatile, type VolatileEvent } from './contract.js';
import { DEV, RealtimeError } from './errors.js';
import { encode, utf8Bytes } from './protocol/codec.js';
import type { WireError } from './protocol/codes.js';
import type { ChannelPosition, ErrorFrame, PublishFrame, ResponseFrame, VolatileFrame } from './protocol/frames.js';
import { CLIENT_FRAME_BYTES, FRAME_DEPTH, VOLATILE_BYTES } from './protocol/limits.js';
import type { Outcome } from './queue/lane.machine.js';
import { validate } from './validate.js';

/** The frame around a command's or query's input; most of it are the channels that a query has stamped. */
const ENVELOPE_BYTES = 1_024;

export function eventDecoder(ref: ChannelRef): EventDecoder {
  return (event) => {
    const schema = Object.hasOwn(ref.events, event.name) ? ref.events[event.name] : undefined;
    if (schema === undefined) return null;
    const result = validate(schema, event.data);
    return result.ok ? { ok: true, data: result.value } : result;
  };
}

/** Null: not of this contract, or not as it says; what nobody keeps nobody misses. */
export function readVolatile(ref: ChannelRef, frame: VolatileFrame): VolatileEvent | null {
  const part = clientEventOf(ref, frame.name);
  const result = part !== undefined && !('~standard' in part) ? validate(part.schema, frame.data) : null;
  if (result?.ok === false && result.code === 'misuse') throw new RealtimeError('misuse', DEV && `Client event '${frame.name}' of '${ref.pattern}' cannot be read: ${result.issues}.`);
  return result?.ok ? { name: frame.name, data: result.value, ...(frame.by !== undefined && { by: frame.by }) } : null;
}

export function clientEventOf(ref: ChannelRef, name: string): Schema | Volatile | undefined {
  return Object.hasOwn(ref.clientEvents, name) ? ref.clientEvents[name] : undefined;
}

/** A client event that is kept is a command like any other, held against its own schema. */
export function publishCommand(schema: Schema): CommandRef {
  const input: Schema = { '~standard': { version: 1, vendor: 'holdfast', validate: (value) => schema['~standard'].validate((value as { readonly data: unknown }).data) } };
  return { ...PUBLISH, input };
}

/** A volatile event on its way out; throws what the caller should mend. */
export function takeVolatile(channel: string, name: string, schema: Schema, data: unknown): PublishFrame {
  const result = validate(schema, data);
  if (!result.ok) throw new RealtimeError(result.code, DEV && `Client event '${name}' of '${channel}' does not fit the contract: ${result.issues}.`);
  if (data === undefined) return { t: 'publish', channel, name };
  const encoded = encode(data, VOLATILE_BYTES);
  if (encoded.ok) return { t: 'publish', channel, name, data };
  throw new RealtimeError(encoded.why === 'too-large' ? 'too-large' : 'invalid', DEV && `Client event '${name}' of '${channel}' cannot be sent: ${encoded.detail}. A volatile event is at most ${VOLATILE_BYTES} bytes.`);
}

/** What goes out, as it was at the call: the application may change its object afterwards. */
export interface Taken {
  readonly input: unknown;
  /** As text, UTF-8. */
  readonly bytes: number;
}

/** Throws `invalid` or `too-large` if the input cannot be sent; what is sent is the input itself, before any transform. */
export function takeInput(ref: QueryRef | CommandRef, input: unknown): Taken {
  const result = validate(ref.input, input);
  if (!result.ok) throw new RealtimeError(result.code, DEV && `The input of ${ref.kind} '${ref.key}' does not fit the contract: ${result.issues}.`);
  if (input === undefined) return { input, bytes: 0 };
  const encoded = encode(input, CLIENT_FRAME_BYTES - ENVELOPE_BYTES, FRAME_DEPTH - 1);
  if (encoded.ok) return { input: JSON.parse(encoded.text), bytes: utf8Bytes(encoded.text) };
  if (encoded.why === 'too-large') {
    throw new RealtimeError('too-large', DEV && `The input of ${ref.kind} '${ref.key}' is larger than a frame may be (${CLIENT_FRAME_BYTES} bytes). Send less, or send it in parts.`);
  }
  throw new RealtimeError('invalid', DEV && `The input of ${ref.kind} '${ref.key}' cannot be sent: ${encoded.detail}.`);
}

export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: RealtimeError };

export function readAnswer(ref: QueryRef | CommandRef, frame: ResponseFrame | ErrorFrame): Answer {
  if (frame.t === 'error') return { ok: false, error: readError(ref, frame) };
  const result = validate(ref.output, frame.result);
  if (result.ok) return result;
  return { ok: false, error: new RealtimeError(result.code, DEV && `The answer to ${ref.kind} '${ref.key}' does not fit the contract: ${result.issues}. Deploy the same contract on both ends.`) };
}

/** The positions of the command's events; null: the command took no effect, or its effect is not known. */
export function effectPositions(outcome: Outcome): readonly ChannelPosition[] | null {
  switch (outcome.kind) {
    case 'done':
      return outcome.frame.positions ?? [];
    case 'result-expired':
      return outcome.positions;
    default:
      return null;
  }
}

/** How a command ended, in the application's terms. */
export function readOutcome(ref: CommandRef, outcome: Outcome): Answer {
  const failed = (error: RealtimeError): Answer => ({ ok: false, error });
  switch (outcome.kind) {
    case 'done':
    case 'failed':
      return readAnswer(ref, outcome.frame);
    case 'expired':
      return failed(new RealtimeError('expired', DEV && `Command '${ref.key}' waited too long for a connection and was not run. Send it again if it is still wanted.`));
    case 'cancelled':
      return failed(new RealtimeError('cancelled', DEV && `Command '${ref.key}' was cancelled and was not run.`));
    case 'dropped':
      return failed(new RealtimeError('queue-full', DEV && `Command '${ref.key}' was dropped to make room for newer ones and was not run.`));
    case 'result-expired':
      return failed(new RealtimeError('result-expired', DEV && `Command '${ref.key}' took effect, but the connection was lost before its result came, and the server does not store the result any more. Read the state again; do not send the command again.`));
    case 'handed-over':
      return { ok: true, value: undefined };
    case 'outcome-unknown':
      return failed(new RealtimeError('outcome-unknown', DEV && `Command '${ref.key}' was sent, and the server can no longer tell whether it was run. Look before you send it again.`));
  }
}

const TIMEOUT_HINT = 'Try again, or give it more time.';

export function timeoutError(ref: QueryRef, limitMs: number): RealtimeError {
  return new RealtimeError('timeout', DEV && `Query '${ref.key}' had no answer within ${limitMs} ms. ${TIMEOUT_HINT}`);
}

function readError(ref: QueryRef | CommandRef, frame: ErrorFrame): RealtimeError {
  const what = `${ref.kind} '${ref.key}'`;
  switch (frame.code as WireError) {
    case 'rejected':
      return readRejection(ref, frame, what);
    case 'invalid':
      return new RealtimeError('invalid', DEV && `The server found the input of ${what} wrong: ${frame.message}`);
    case 'forbidden':
      return new RealtimeError('forbidden', DEV && `The server does not let this user run ${what}.`);
    case 'timeout':
      return new RealtimeError('timeout', DEV && `The server's handler of ${what} took too long. ${TIMEOUT_HINT}`);
    case 'too-large':
      return new RealtimeError('too-large', DEV && `The server refused ${what} for its size: ${frame.message}`);
    case 'unsupported':
      return new RealtimeError('unsupported', DEV && `The server does not know ${what}. Deploy the same contract on both ends, or give its dialect a word for it.`);
    case 'unavailable':
      return new RealtimeError('unavailable', DEV && `The server cannot answer ${what} now. Try again later.`);
    case 'cancelled':
    case 'void':
      return new RealtimeError('cancelled', DEV && `${what} was cancelled.`);
    default:
      return new RealtimeError('internal', DEV && `The server failed at ${what}: ${frame.message}`);
  }
}

function readRejection(ref: QueryRef | CommandRef, frame: ErrorFrame, what: string): RealtimeError {
  const errors: Readonly<Record<string, Schema>> = ref.kind === 'command' ? ref.errors : {};
  const reason = frame.name ?? '';
  const schema = Object.hasOwn(errors, reason) ? errors[reason] : undefined;
  // Without `reason`: the type of a reason promises its data.
  if (frame.dataExpired === true) return new RealtimeError('rejected', DEV && `${what} was rejected: ${reason}. The connection was lost before the answer came, and the server does not store the data of '${reason}' any more.`);
  const data = schema === undefined ? null : validate(schema, frame.data);
  if (data === null || !data.ok) {
    return new RealtimeError('rejected', DEV && `${what} was rejected: ${frame.message}${data === null ? '' : ` What '${reason}' carries does not fit the contract: ${data.issues}.`}`);
  }
  return new RealtimeError('rejected', DEV && `${what} was rejected: ${reason}.`, { reason, data: data.value });
}
