/**
 * Why a socket was closed. Constants of a module, and no object, so that a page gets the numbers that it uses and none of the names.
 * Not here: what a client does after a code (`closePolicy`).
 */

/** The client leaves on purpose. */
export const leaving = 1000;
/** The server goes away; another one, or this one, will be back. */
export const restart = 4000;
/** The client gives the socket up: it was silent for too long. */
export const silent = 4001;
/** The server gives the client up: it was silent for too long. */
export const unheard = 4002;
/** The client did not say hello in time, or the server no welcome. */
export const greetingLate = 4003;
/** The client reads more slowly than its channels speak. */
export const slowReader = 4004;
/** The server has no room now; the reason names the delay. */
export const busy = 4200;
/** The client asked for too much; the reason names the delay. */
export const rateLimited = 4201;
/** The token was refused. */
export const unauthorized = 4300;
/** The token has run out. */
export const tokenExpired = 4301;
/** A frame broke the protocol. */
export const badFrame = 4400;
/** The two ends speak no common version. */
export const incompatible = 4401;
/** This client may not connect. */
export const forbidden = 4403;
/**
 * The same client and link has a socket with a higher number, or with the same one. A client lets go of a socket before it opens
 * the next one, so a client that reads this code on its newest socket shares its client id with another client.
 */
export const replaced = 4404;
/** A frame was larger than the limit. */
export const tooLarge = 4409;
