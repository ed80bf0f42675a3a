/** Clients that share a user come in pairs: 0 and 10, 1 and 11, … Not a test. */
const USERS = 10;
export const userOf = (client: number): string => `u${client % USERS}`;
