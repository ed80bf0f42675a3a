/** What the command line tool needs to know of the simulation without running it. */
export { COMPLAINTS } from './complaints.js';
export { NOT_REACHED, SOMETIMES } from './sometimes.js';
