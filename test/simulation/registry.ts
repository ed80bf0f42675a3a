/** What the command line tool needs to know of the simulation without running it. */
export { COMPLAINTS } from './complaints.js';
export { SOMETIMES } from './sometimes.js';
