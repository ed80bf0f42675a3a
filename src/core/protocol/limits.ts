/** Sizes and times that the protocol fixes. What a server may choose itself is in `welcome`. */
export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = 'holdfast.v1';

/** One client frame, UTF-8. */
export const CLIENT_FRAME_BYTES = 64 * 1024;
/** WebSocket fragments of one client message. */
export const CLIENT_FRAGMENTS = 64;
/** One server frame, UTF-8: in a browser a large frame in flight looks like silence. */
export const SERVER_FRAME_BYTES = 12 * 1024;
/** The largest server frame that our client accepts: what is over the limit costs a late heartbeat, not the events in it. */
export const ACCEPTED_FRAME_BYTES = 64 * 1024;
/** One event's data, one command's output. */
export const PAYLOAD_BYTES = 10 * 1024;
/** A query's result, all its parts together. */
export const RESULT_BYTES = 1024 * 1024;
/** The data of one volatile client event. */
export const VOLATILE_BYTES = 1024;
/** Nesting of any frame, its own braces included. */
export const FRAME_DEPTH = 32;
/** The token in `hello` and `reauth`. */
export const TOKEN_BYTES = 8 * 1024;

/** Past the named interval, silence makes a link suspect, then dead. */
export const SUSPECT_AFTER_MS = 1_250;
export const DEAD_AFTER_MS = 2_500;

/** Channel names, after encoding. */
export const CHANNEL_NAME = /^[A-Za-z0-9_:.%-]{1,256}$/;

/** Names of lanes, commands and queries. */
export const WORD_NAME = /^[A-Za-z0-9_.:$-]{1,128}$/;
/** Ids of clients, requests and commands: no blanks, so that they are safe in a log line. */
export const WIRE_ID = /^[\x21-\x7e]{1,64}$/;
/** Channels in one `subscribe`, `unsubscribe` or `stamp`; who has more sends several frames. */
export const FRAME_CHANNELS = 200;
/** The most that `subscribe` may ask for as `history`. */
export const HISTORY_EVENTS = 1_000;
/** The largest `remainingMs`: what a 32-bit timer can hold, 24.8 days. */
export const REMAINING_MS = 2 ** 31 - 1;
/** Characters of an epoch and of a fence: storage makes them, and clients say them back. */
export const EPOCH_LENGTH = 128;
export const FENCE_LENGTH = 2_048;
