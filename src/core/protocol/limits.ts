/** Sizes and times that the protocol fixes. What a server may choose itself is in `welcome`. */
export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = 'holdfast.v1';

/** One client frame, UTF-8. */
export const CLIENT_FRAME_BYTES = 64 * 1024;
/** One server frame, UTF-8: in a browser a large frame in flight looks like silence. */
export const SERVER_FRAME_BYTES = 12 * 1024;
/** One event's data, one command's output. */
export const PAYLOAD_BYTES = 10 * 1024;
/** Nesting of any frame, its own braces included. */
export const FRAME_DEPTH = 32;
/** The token in `hello` and `reauth`. */
export const TOKEN_BYTES = 8 * 1024;

/** Past the named interval, silence makes a link suspect, then dead. */
export const SUSPECT_AFTER_MS = 1_250;
export const DEAD_AFTER_MS = 2_500;

/** Channel names, after encoding. */
export const CHANNEL_NAME = /^[A-Za-z0-9_:.%-]{1,256}$/;
