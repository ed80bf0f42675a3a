// The states of the line, in one word each.
import { STATUS_WORDS } from './in-words.js';
import type { LineState } from './timeline.js';

export const LINE_WORDS: Readonly<Record<LineState, string>> = { ...STATUS_WORDS, overdue: 'Overdue' };
