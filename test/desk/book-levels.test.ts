// The desk's lists of orders: how an event changes the book and the history, and what a book is made of.
import { describe, expect, test } from 'vitest';
import { MAX_HISTORY, type Order, type OrderFilter } from '../../examples/desk/contract.js';
import { applyToBook, applyToHistory, fallsOut, levelsOf, put } from '../../examples/desk/page/book-levels.js';

const order = (id: string, more: Partial<Order> = {}): Order => ({
  id,
  trader: 'Ada',
  symbol: 'ALDR',
  side: 'buy',
  cents: 100,
  quantity: 1,
  status: 'open',
  placedAt: Number(id),
  changedAt: Number(id),
  seq: Number(id),
  ...more,
});
const ids = (orders: readonly Order[]) => orders.map(({ id }) => id).join(' ');

describe('the book after an order has changed', () => {
  const apply = applyToBook('ALDR');
  test('has an open one once, however often it is told', () => {
    const once = apply([order('1')], { data: order('2') });
    expect(ids(once)).toBe('1 2');
    expect(ids(apply(once, { data: order('2') }))).toBe('1 2');
  });
  test.each(['filled', 'cancelled'] as const)('has one that was %s no more', (status) => {
    expect(ids(apply([order('1'), order('2')], { data: order('1', { status }) }))).toBe('2');
  });
  test('is the same if the order is of another instrument', () => {
    const book = [order('1')];
    expect(apply(book, { data: order('2', { symbol: 'GALE' }) })).toBe(book);
  });
});

describe('the history after an order has changed', () => {
  test('has a new one first, and a changed one in its place', () => {
    const apply = applyToHistory({});
    const list = apply([order('2'), order('1')], { data: order('3') });
    expect(ids(list)).toBe('3 2 1');
    const changed = apply(list, { data: order('2', { status: 'filled', seq: 9 }) });
    expect(ids(changed)).toBe('3 2 1');
    expect(changed[1]?.status).toBe('filled');
  });
  test('keeps out what does not pass its filter, and drops what passes no more', () => {
    const apply = applyToHistory({ status: 'open', trader: 'Ada' });
    const list = [order('1')];
    expect(apply(list, { data: order('2', { trader: 'Bob' }) })).toBe(list);
    expect(ids(apply(list, { data: order('1', { status: 'filled' }) }))).toBe('');
  });
  test('moves none that has changed, of two that were placed in the same moment neither', () => {
    const [older, newer] = [order('1', { placedAt: 5 }), order('2', { placedAt: 5 })];
    expect(ids(applyToHistory({})([newer, older], { data: order('1', { placedAt: 5, status: 'filled' }) }))).toBe('2 1');
  });
  test('has lost one that was in it, when an open one was asked for and it is open no more', () => {
    const filled = order('1', { status: 'filled' });
    expect([{ status: 'open' }, { status: 'open', trader: 'Bob' }, { status: 'filled' }, {}].map((filter) => fallsOut(filled, filter as OrderFilter))).toEqual([true, false, false, false]);
    expect(fallsOut(order('1'), { status: 'open' })).toBe(false);
  });
  test('bears an event twice', () => {
    const apply = applyToHistory({});
    const once = apply([order('1')], { data: order('2') });
    expect(apply(once, { data: order('2') })).toEqual(once);
  });
  test(`has at most ${MAX_HISTORY}, the newest`, () => {
    const full = Array.from({ length: MAX_HISTORY }, (_, i) => order(String(MAX_HISTORY - i)));
    const next = applyToHistory({})(full, { data: order('99') });
    expect(next).toHaveLength(MAX_HISTORY);
    expect(next[0]?.id).toBe('99');
    expect(next.at(-1)?.id).toBe('2');
  });
});

describe('levels', () => {
  const orders = [order('1', { quantity: 5 }), order('2', { quantity: 7, trader: 'Bob' }), order('3', { cents: 90 }), order('4', { side: 'sell', cents: 120 }), order('5', { side: 'sell', cents: 110 })];
  test('add up what lies at a price, the best price first', () => {
    expect(levelsOf(orders, 'buy', 'Bob', new Set()).map(({ cents, quantity, own }) => [cents, quantity, own])).toEqual([[100, 12, 7], [90, 1, 0]]);
    expect(levelsOf(orders, 'sell', 'Bob', new Set()).map(({ cents }) => cents)).toEqual([110, 120]);
  });
  test('say where something is on its way', () => {
    expect(levelsOf(orders, 'buy', 'Ada', new Set(['2'])).map(({ isMoving }) => isMoving)).toEqual([true, false]);
  });
  test('put has an order once', () => {
    expect(ids(put(put([order('1')], order('2')), order('1')))).toBe('1 2');
  });
});
