/** The checker of the soak can fail: a small clean history is accepted, and each violation that is planted in it is found by its name. */
import { describe, expect, it } from 'vitest';
import { createChecker, type Report } from '../proof/soak/checker/checker.js';
import type { ClientRecord, FaultRecord, ServerRecord } from '../proof/soak/record.js';

type Of<Union, Kind> = Union extends { readonly k: Kind } ? Union : never;
type Edit = (history: { server: ServerRecord[]; client: (ClientRecord | FaultRecord)[] }) => void;

const CHANNEL = 'board:b0';
const RETENTION = { events: 40, ms: 60_000 };
/** Events of the first storage, and of the one after a restart. */
const OLD = 6;
const NEW = 4;

const published = (epoch: string, offset: number, t: number): ServerRecord => ({ k: 'published', t, channel: CHANNEL, epoch, offset, id: `${epoch}-${offset}`, bytes: 10 * offset });
const deliver = (l: string, epoch: string, offset: number, t: number): Of<ClientRecord, 'deliver'> => ({ k: 'deliver', t, c: 'c1', l, e: epoch, o: offset, id: `${epoch}-${offset}`, b: 10 * offset });
const line = (epoch: string, offset: number): readonly [string, number, string] => [epoch, offset, `${epoch}-${offset}`];
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const view = (over: Partial<Of<ClientRecord, 'view'>>): Of<ClientRecord, 'view'> => ({ k: 'view', t: 400, c: 'c1', v: 'v1', channel: CHANNEL, history: 4, isLive: true, gap: null, lines: [], pending: [], ...over });
const query = (over: Partial<Of<ClientRecord, 'query'>>): Of<ClientRecord, 'query'> => ({ k: 'query', t: 400, c: 'c1', q: 'q1', channel: CHANNEL, isFresh: true, error: null, ids: [], ...over });

/**
 * Two listeners, the second one mounted in a callback of the first; a restart on another storage, with its gap; a view, a
 * query; three commands, of which one is rejected and one is cancelled; a question.
 */
function clean(): { server: ServerRecord[]; client: (ClientRecord | FaultRecord)[] } {
  const server: ServerRecord[] = [
    { k: 'start', t: 0, run: 1 },
    ...numbers(1, OLD).map((offset) => published('old', offset, 10 * offset)),
    { k: 'begin', t: 62, id: 'm1', client: 'c1', lane: 'posts', serial: 1 },
    { k: 'end', t: 63, id: 'm1', how: 'done', mark: 'c1 posts 1' },
    { k: 'published', t: 64, channel: 'board:b9', epoch: 'side', offset: 1, id: 'm1', bytes: 5 },
    { k: 'begin', t: 65, id: 'm2', client: 'c1', lane: 'posts', serial: 2 },
    { k: 'end', t: 66, id: 'm2', how: 'rejected', mark: 'c1 posts 2' },
    { k: 'begin', t: 67, id: 'm4', client: 'c1', lane: 'posts', serial: 4 },
    { k: 'start', t: 100, run: 2 },
    ...numbers(1, NEW).map((offset) => published('new', offset, 200 + 10 * offset)),
  ];
  const client: (ClientRecord | FaultRecord)[] = [
    { k: 'connection', t: 1, c: 'c1', status: 'connected', links: 2 },
    { k: 'mount', t: 2, c: 'c1', l: 'a', channel: CHANNEL, where: 'anywhere' },
    { k: 'live', t: 3, c: 'c1', l: 'a' },
    deliver('a', 'old', 1, 11),
    deliver('a', 'old', 2, 21),
    { k: 'mount', t: 22, c: 'c1', l: 'b', channel: CHANNEL, where: 'callback' },
    { k: 'live', t: 23, c: 'c1', l: 'b' },
    ...numbers(3, OLD).flatMap((offset) => [deliver('a', 'old', offset, 10 * offset + 1), deliver('b', 'old', offset, 10 * offset + 2)]),
    ...numbers(1, 4).map((serial): ClientRecord => ({ k: 'send', t: 60, c: 'c1', id: `m${serial}`, lane: 'posts', serial })),
    { k: 'outcome', t: 70, c: 'c1', id: 'm1', code: 'done', mark: 'c1 posts 1' },
    { k: 'outcome', t: 71, c: 'c1', id: 'm2', code: 'rejected', mark: 'c1 posts 2' },
    { k: 'outcome', t: 72, c: 'c1', id: 'm3', code: 'cancelled', mark: null },
    { k: 'ask', t: 73, c: 'c1', a: 'ask1', bytes: 1_000 },
    { k: 'answer', t: 74, c: 'c1', a: 'ask1', code: 'done', bytes: 1_000 },
    view({ t: 80, lines: numbers(3, OLD).map((offset) => line('old', offset)) }),
    query({ t: 80, ids: numbers(3, OLD).map((offset) => `old-${offset}`) }),
    { k: 'fault', t: 99, kind: 'kill', target: 'server' },
    { k: 'connection', t: 101, c: 'c1', status: 'reconnecting', links: 0 },
    { k: 'connection', t: 120, c: 'c1', status: 'connected', links: 1 },
    { k: 'outcome', t: 121, c: 'c1', id: 'm4', code: 'outcome-unknown', mark: null },
    { k: 'gap', t: 122, c: 'c1', l: 'a', reason: 'epoch', missed: null },
    { k: 'gap', t: 122, c: 'c1', l: 'b', reason: 'epoch', missed: null },
    ...numbers(1, NEW).flatMap((offset) => [deliver('a', 'new', offset, 201 + 10 * offset), deliver('b', 'new', offset, 202 + 10 * offset)]),
    view({ lines: numbers(1, NEW).map((offset) => line('new', offset)) }),
    query({ ids: numbers(1, NEW).map((offset) => `new-${offset}`) }),
    { k: 'rest', t: 401, c: 'c1', listeners: ['a', 'b'], views: ['v1'], queries: ['q1'], pending: 0 },
  ];
  return { server, client };
}

function check(edit: Edit = () => {}): Report {
  const history = clean();
  edit(history);
  const checker = createChecker(history.server, RETENTION);
  for (const record of history.client) checker.take(record);
  return checker.end();
}

/** The place of the first record of a kind for which the test holds. */
function find<Kind extends ClientRecord['k']>(client: readonly (ClientRecord | FaultRecord)[], kind: Kind, isIt: (record: Of<ClientRecord, Kind>) => boolean = () => true): number {
  const at = client.findIndex((record) => record.k === kind && isIt(record as Of<ClientRecord, Kind>));
  if (at < 0) throw new Error(`The clean history has no such '${kind}'.`);
  return at;
}
const delivery = (client: readonly (ClientRecord | FaultRecord)[], l: string, epoch: string, offset: number): number => find(client, 'deliver', (record) => record.l === l && record.e === epoch && record.o === offset);
const remove = (kind: ClientRecord['k'], isIt?: (record: never) => boolean): Edit => ({ client }) => void client.splice(find(client, kind, isIt as never), 1);
const change = (kind: ClientRecord['k'], isIt: (record: never) => boolean, over: object): Edit => ({ client }) => {
  const at = find(client, kind, isIt as never);
  client[at] = { ...client[at], ...over } as ClientRecord;
};
const insertAfterDelivery = (l: string, epoch: string, offset: number, ...records: ClientRecord[]): Edit => ({ client }) => void client.splice(delivery(client, l, epoch, offset) + 1, 0, ...records);
const handler = (id: string, over: object | null, kind: 'begin' | 'end'): Edit => ({ server }) => {
  const at = server.findIndex((record) => record.k === kind && record.id === id);
  server.splice(at, 1, ...(over === null ? [] : [{ ...server[at], ...over } as ServerRecord]));
};
type Planted = readonly [violation: string, found: readonly string[], edit: Edit];
const gapOf = (l: string, reason: string, missed: readonly [number, number] | null = null): ClientRecord => ({ k: 'gap', t: 52, c: 'c1', l, reason, missed });
const isOutcome = (id: string) => (record: Of<ClientRecord, 'outcome'>): boolean => record.id === id;
const lastView = (record: Of<ClientRecord, 'view'>): boolean => record.t === 400;
const firstView = (record: Of<ClientRecord, 'view'>): boolean => record.t === 80;
const lastQuery = (record: Of<ClientRecord, 'query'>): boolean => record.t === 400;

it('accepts a clean history, and counts it', () => {
  expect(check()).toMatchObject({
    violations: {},
    published: OLD + NEW + 1,
    delivered: 2 * (OLD + NEW) - 2,
    restarts: 1,
    reconnects: 1,
    links: 2,
    gaps: { epoch: 2 },
    mounts: { anywhere: 1, callback: 1 },
    outcomes: { done: 1, rejected: 1, cancelled: 1, 'outcome-unknown': 1 },
    answers: { done: 1 },
    faults: { kill: 1 },
    clientsAtRest: 1,
  });
});

const LISTENERS: readonly Planted[] = [
  ['an event twice', ['twice'], insertAfterDelivery('a', 'old', 4, deliver('a', 'old', 4, 43))],
  ['a page once more', ['again', 'twice'], insertAfterDelivery('a', 'old', 4, ...[2, 3, 4].map((offset) => deliver('a', 'old', offset, 43)))],
  ['a hole', ['missing'], remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'a' && record.o === 4)],
  [
    'two events in the wrong order',
    ['again', 'missing'],
    ({ client }) => {
      const [at, next] = [delivery(client, 'a', 'old', 4), delivery(client, 'a', 'old', 5)];
      [client[at], client[next]] = [client[next]!, client[at]!];
    },
  ],
  ['another epoch without a gap', ['missing'], remove('gap', (record: Of<ClientRecord, 'gap'>) => record.l === 'a')],
  ['a gap without a hole', ['spurious gap'], insertAfterDelivery('a', 'old', 5, gapOf('a', 'trimmed'))],
  ['a gap for what the server has kept', ['needless gap'], (history) => {
    remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'a' && record.o === 4)(history);
    insertAfterDelivery('a', 'old', 3, { ...gapOf('a', 'trimmed', [4, 4]), t: 49 } as ClientRecord)(history);
  }],
  ['a gap that names what was delivered', ['needless gap', 'wrong missed'], (history) => {
    remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'a' && record.o === 4)(history);
    insertAfterDelivery('a', 'old', 3, gapOf('a', 'trimmed', [3, 5]))(history);
  }],
  ['two gaps for one hole', ['second gap'], ({ client }) => void client.splice(find(client, 'gap'), 0, gapOf('a', 'epoch'))],
  ['an event of an older storage', ['again'], insertAfterDelivery('a', 'new', 2, deliver('a', 'old', 6, 223))],
  ['an event that was never published', ['false event'], insertAfterDelivery('a', 'old', 6, deliver('a', 'old', 7, 63))],
  ['an event with the data of another one', ['false event', 'missing'], ({ client }) => void (client[delivery(client, 'a', 'old', 4)] = { ...deliver('a', 'old', 4, 41), id: 'old-5' })],
  ['an event that was cut off', ['false event', 'missing'], ({ client }) => void (client[delivery(client, 'a', 'old', 4)] = { ...deliver('a', 'old', 4, 41), b: 3 })],
  ['an event before it was published', ['false event'], ({ client }) => void (client[delivery(client, 'a', 'old', 4)] = deliver('a', 'old', 4, 39))],
  ['a listener added in a callback that misses the rest of the run', ['missing since its mount'], remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'b' && record.o === 3)],
  ['a listener that hears what was before its mount', ['before its mount'], ({ client }) => void client.splice(delivery(client, 'b', 'old', 3), 0, deliver('b', 'old', 2, 30))],
  ['the first listener misses what was published after it was live', ['missing since its mount'], remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'a' && record.o === 1 && record.e === 'old')],
  ['a listener mounted beside another one, on another storage, without a gap', ['missing since its mount'], ({ client }) => {
    const rest = client.filter((record) => !('l' in record && record.l === 'b' && record.t < 200));
    client.splice(0, client.length, ...rest);
    client.splice(find(client, 'gap'), 0, { k: 'mount', t: 110, c: 'c1', l: 'b', channel: CHANNEL, where: 'away' });
  }],
  ['a listener that was live misses the end of a storage, without a gap', ['missing since its mount'], ({ client }) => {
    const rest = client.filter((record) => !('l' in record && record.l === 'a' && record.t > 3 && record.t < 200));
    client.splice(0, client.length, ...rest.filter((record) => !('l' in record && record.l === 'b')));
    client[find(client, 'rest')] = { k: 'rest', t: 401, c: 'c1', listeners: ['a'], views: ['v1'], queries: ['q1'], pending: 0 };
  }],
  ['an event after the listener has left', ['unmounted'], ({ client }) => {
    client.splice(delivery(client, 'b', 'new', 3), 0, { k: 'unmount', t: 230, c: 'c1', l: 'b' });
    const rest = client[find(client, 'rest')] as Of<ClientRecord, 'rest'>;
    client[find(client, 'rest')] = { ...rest, listeners: ['a'] };
  }],
  ['a listener that stays behind', ['not at the top'], remove('deliver', (record: Of<ClientRecord, 'deliver'>) => record.l === 'a' && record.e === 'new' && record.o === NEW)],
];

const VIEWS: readonly Planted[] = [
  ['a view that shows an event twice', ['view: again'], change('view', lastView, { lines: [1, 2, 2, 3, 4].map((offset) => line('new', offset)) })],
  ['a view with a hole and no gap', ['view: missing'], change('view', lastView, { lines: [1, 2, 4].map((offset) => line('new', offset)), history: 0 })],
  ['a view that comes back with a part of its history', ['view: a part only'], change('view', firstView, { lines: [5, 6].map((offset) => line('old', offset)) })],
  ['a view that shows what was never published', ['view: false event'], change('view', firstView, { lines: [3, 4, 5].map((offset) => line('old', offset)).concat([['old', 6, 'old-7']]) })],
  ['a view that is behind at rest', ['view: not at the top'], change('view', lastView, { lines: [1, 2, 3].map((offset) => line('new', offset)) })],
  ['a view that is not live at rest', ['view: not at the top'], change('view', lastView, { isLive: false })],
  ['an optimistic edit that stays', ['view: edit left'], change('view', lastView, { pending: ['m1'] })],
  ['an optimistic edit of a rejected command', ['view: edit of a failed command'], change('view', firstView, { pending: ['m2'] })],
  ['a query without one event of its channel', ['query: not the fold'], change('query', lastQuery, { ids: ['new-1', 'new-2', 'new-4'] })],
  ['a query that shows what was never published', ['query: false item'], change('query', lastQuery, { ids: ['new-1', 'new-2', 'x', 'new-4'] })],
  ['a query that is behind at rest', ['query: not at the top'], change('query', lastQuery, { ids: ['new-1', 'new-2'] })],
  ['a query that is stuck at rest', ['query: not at the top'], change('query', lastQuery, { isFresh: false, error: 'timeout' })],
];

const COMMANDS: readonly Planted[] = [
  ['a run twice', ['ran twice'], ({ server }) => void server.push({ k: 'begin', t: 90, id: 'm1', client: 'c1', lane: 'posts', serial: 1 })],
  ['an effect twice', ['ran twice', 'wrong effect'], ({ server }) => void server.push({ k: 'published', t: 90, channel: 'board:b9', epoch: 'side', offset: 2, id: 'm1', bytes: 5 })],
  ['done without an effect', ['wrong effect'], ({ server }) => void server.splice(server.findIndex((record) => record.k === 'published' && record.id === 'm1'), 1)],
  ['rejected with an effect', ['wrong effect'], ({ server }) => void server.push({ k: 'published', t: 90, channel: 'board:b9', epoch: 'side', offset: 2, id: 'm2', bytes: 5 })],
  ['a command that timed out with an effect', ['wrong effect'], change('outcome', isOutcome('m1'), { code: 'timeout', mark: null })],
  ['a rejected command that ends done', ['wrong outcome', 'wrong effect'], change('outcome', isOutcome('m2'), { code: 'done' })],
  ['a done command that ends rejected without data', ['wrong outcome', 'wrong effect'], change('outcome', isOutcome('m1'), { code: 'rejected', mark: null })],
  ['a done command that ends invalid', ['wrong outcome', 'wrong effect'], change('outcome', isOutcome('m1'), { code: 'invalid', mark: null })],
  ['a rejected command that ends result-expired', ['wrong outcome'], change('outcome', isOutcome('m2'), { code: 'result-expired', mark: null })],
  ['the result of another command', ['wrong outcome'], change('outcome', isOutcome('m1'), { mark: 'c1 posts 9' })],
  ['a command that was run and ends cancelled', ['wrong outcome', 'wrong effect'], change('outcome', isOutcome('m1'), { code: 'cancelled', mark: null })],
  ['a command whose handler never ended and that ends done', ['wrong outcome', 'wrong effect'], change('outcome', isOutcome('m4'), { code: 'done' })],
  ['an unknown outcome without a restart', ['outcome unknown without a cause'], ({ server }) => void server.splice(server.findIndex((record) => record.k === 'start' && record.run === 2), 1)],
  ['an unknown outcome long after a restart', ['outcome unknown without a cause'], ({ client }) => {
    client.push({ k: 'send', t: 20_000, c: 'c1', id: 'm5', lane: 'posts', serial: 5 }, { k: 'outcome', t: 20_001, c: 'c1', id: 'm5', code: 'outcome-unknown', mark: null });
  }],
  ['a lost outcome', ['never ended'], remove('outcome', isOutcome('m1'))],
  ['an outcome twice', ['ended twice'], ({ client }) => void client.push({ k: 'outcome', t: 90, c: 'c1', id: 'm1', code: 'done', mark: 'c1 posts 1' })],
  ['an outcome of nothing', ['outcome of nothing'], ({ client }) => void client.push({ k: 'outcome', t: 90, c: 'c1', id: 'm9', code: 'done', mark: null })],
  ['a lane out of order', ['out of lane order'], handler('m1', { serial: 3 }, 'begin')],
  ['two commands of one lane at once', ['out of lane order'], handler('m2', { t: 62.5 }, 'begin')],
  ['a question without an answer', ['never ended'], remove('answer')],
  ['an answer that was cut off', ['wrong answer'], change('answer', () => true, { bytes: 999 })],
  ['an answer twice', ['ended twice'], ({ client }) => void client.push({ k: 'answer', t: 90, c: 'c1', a: 'ask1', code: 'timeout', bytes: 0 })],
  ['a question that ends with no right code', ['wrong answer'], change('answer', () => true, { code: 'internal' })],
  ['something pending at rest', ['pending at rest'], change('rest', () => true, { pending: 1 })],
  ['an error that was reported to nobody else', ['complaint of a client'], ({ client }) => void client.push({ k: 'complaint', t: 90, c: 'c1', code: 'forbidden', message: 'sent away' })],
];

describe.each([
  ['listeners', LISTENERS],
  ['views and queries', VIEWS],
  ['commands and questions', COMMANDS],
])('finds what is planted in the history of %s', (_, planted) => {
  it.each(planted)('%s', (_name, found, edit) => {
    expect(Object.keys(check(edit).violations).toSorted()).toEqual(found.toSorted());
  });
});

it('takes an unknown outcome of a command that went to a socket of the killed server', () => {
  const late: Edit = ({ client }) => void client.push({ k: 'send', t: 9_000, c: 'c1', id: 'm5', lane: 'posts', serial: 5 }, { k: 'outcome', t: 9_001, c: 'c1', id: 'm5', code: 'outcome-unknown', mark: null });
  expect(check(late).violations).toEqual({});
});

it('takes a rejection whose data the server has not kept', () => {
  expect(check(change('outcome', isOutcome('m2'), { mark: null }))).toMatchObject({ violations: {}, outcomes: { 'rejected, its data gone': 1 } });
});

it('takes a legal gap: what was trimmed is missing, and no more', () => {
  const history = clean();
  const many = numbers(1, 100).map((offset) => published('busy', offset, offset).k === 'published' && { ...published('busy', offset, offset), channel: 'board:b1' });
  const checker = createChecker([...history.server, ...(many as ServerRecord[])], RETENTION);
  const records: ClientRecord[] = [
    { k: 'mount', t: 0, c: 'c2', l: 'x', channel: 'board:b1', where: 'anywhere' },
    { k: 'live', t: 0, c: 'c2', l: 'x' },
    deliver('x', 'busy', 1, 2),
    { ...gapOf('x', 'trimmed', [2, 60]), t: 101 } as ClientRecord,
    ...numbers(61, 100).map((offset) => deliver('x', 'busy', offset, 102)),
  ];
  for (const record of [...history.client, ...records]) checker.take(record);
  expect(checker.end().violations).toEqual({});
});
