import { describe, expect, it } from 'vitest';
import { CloseCode } from '../../src/core/protocol/codes.js';
import type { HelloFrame } from '../../src/core/protocol/frames.js';
import { connectionTimer, stepConnection, type ConnectionEffect, type ConnectionEvent, type ConnectionState } from '../../src/server/core/connection.machine.js';
import type { TimerFired } from '../../src/core/machine.js';
import { brief, decided, fired, machineTable } from '../rooms/table.js';

const hello: HelloFrame = { t: 'hello', v: 1, token: 'secret', client: 'c', link: 1, attempt: 3, features: [], outbox: 'memory', visible: true };
const greeting = { client: 'c', link: 1, attempt: 3, isVisible: true, features: [] };
const user = { id: 'ann', tag: 'Ann' };

const STATES = {
  greeting: { kind: 'greeting' },
  authenticating: { kind: 'authenticating', greeting },
  ready: { kind: 'ready', greeting, user },
  closed: { kind: 'closed' },
} satisfies Record<string, ConnectionState>;

const EVENTS = {
  hello: { type: 'hello', hello },
  'newer hello': { type: 'hello', hello: { ...hello, v: 2 } },
  frame: { type: 'frame' },
  authenticated: { type: 'authenticated', user, present: 2 },
  'authenticated late': { type: 'authenticated', user, present: 3 },
  'authenticated later still': { type: 'authenticated', user, present: 4 },
  refused: { type: 'refused' },
  late: fired(),
  'give up': { type: 'give-up', code: CloseCode.slowReader, reason: 'too slow' },
  'socket closed': { type: 'socket-closed' },
} satisfies Record<string, ConnectionEvent | TimerFired>;

const step = decided(stepConnection);

/** The next state and the effects in short: timers as + and -, a close as its code. */
function short(state: ConnectionState, event: ConnectionEvent | TimerFired): string {
  const [next, effects] = step(state, event);
  const [before, after] = [connectionTimer(state)?.[0], connectionTimer(next)?.[0]];
  const words = effects.map((effect) => (effect.type === 'close' ? `${effect.code}` : effect.type));
  return [next === state ? 'stays' : next.kind, ...(before === after ? [] : [after === undefined ? '-' : '+']), ...words].join(' ');
}

const TABLE: Record<keyof typeof EVENTS, readonly [greeting: string, authenticating: string, ready: string]> = {
  hello: ['authenticating + authenticate', 'closed - 4400 release', 'closed 4400 release'],
  'newer hello': ['closed - 4401 release', 'closed - 4400 release', 'closed 4400 release'],
  frame: ['closed - 4400 release', 'closed - 4400 release', 'stays'],
  authenticated: ['stays', 'ready - welcome', 'stays'],
  'authenticated late': ['stays', 'closed - 4404 release', 'stays'],
  'authenticated later still': ['stays', 'closed - 4404 release', 'stays'],
  refused: ['stays', 'closed - 4300 release', 'stays'],
  late: ['closed - 4003 release', 'closed - 4003 release', 'stays'],
  'give up': ['closed - 4004 release', 'closed - 4004 release', 'closed 4004 release'],
  'socket closed': ['closed - release', 'closed - release', 'closed release'],
};

describe.each(Object.keys(EVENTS) as (keyof typeof EVENTS)[])('%s', (name) => {
  it('in every state', () => {
    const { closed, ...open } = STATES;
    expect(Object.values(open).map((state) => short(state, EVENTS[name]))).toEqual(TABLE[name]);
    expect(short(closed, EVENTS[name])).toBe('stays');
  });
});

it('keeps no token', () => {
  const [authenticating] = step(STATES.greeting, EVENTS.hello);
  const [ready] = step(authenticating, EVENTS.authenticated);
  expect(JSON.stringify([authenticating, ready])).not.toContain('secret');
});

const table = machineTable<ConnectionState['kind'], ConnectionState, ConnectionEvent | TimerFired, ConnectionEffect>({
  title: 'Connection, on the server',
  about: 'From the first byte to the last. The client is `c` on its link 1, this is socket 3 of the link, the user is ann.',
  states: { greeting: { greeting: STATES.greeting }, authenticating: { authenticating: STATES.authenticating }, ready: { ready: STATES.ready }, closed: { closed: STATES.closed } },
  kindOf: ({ kind }) => kind,
  events: {
    hello: { hello: EVENTS.hello, 'hello of a newer version': EVENTS['newer hello'] },
    frame: { 'another frame': EVENTS.frame },
    authenticated: { 'authenticated, socket 2 present': EVENTS.authenticated, 'authenticated, socket 3 present': EVENTS['authenticated late'], 'authenticated, socket 4 present': EVENTS['authenticated later still'] },
    refused: { refused: EVENTS.refused },
    'give-up': { 'give-up 4004': EVENTS['give up'] },
    'socket-closed': { 'socket-closed': EVENTS['socket closed'] },
    'timer-fired': { greeting: fired() },
  },
  step: stepConnection,
  timer: connectionTimer,
  showState: (state) => ('user' in state ? `${state.kind}, user ${state.user.id}` : state.kind),
  showEffect: (effect) => (effect.type === 'close' ? `close ${effect.code} ${effect.reason}` : effect.type === 'welcome' || effect.type === 'authenticate' ? effect.type : brief(effect)),
});

it('does what the table says', () => expect(table).toMatchFileSnapshot('../rooms/tables/connection.md'));
