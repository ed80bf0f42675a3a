/** The provider and the server for users' tests under faked timers, all of them or only some, put in place at any moment. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTestServer, RealtimeTestProvider, type TestServer } from '../../src/testing/index.js';
import { api, Room } from './chat.js';

const complaints: unknown[][] = [];
const env = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined };

beforeEach(() => {
  env.IS_REACT_ACT_ENVIRONMENT = true;
  complaints.length = 0;
  vi.spyOn(console, 'error').mockImplementation((...words) => void complaints.push(words));
});

afterEach(() => {
  cleanup();
  env.IS_REACT_ACT_ENVIRONMENT = undefined;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const create = () => createTestServer({ contract: api, queries: { history: () => [{ id: 'm0', text: 'before' }] }, commands: { post: ({ id, input }) => ({ id, text: input.text }) } });
const show = (server: TestServer) => render(<StrictMode><RealtimeTestProvider server={server}><Room /></RealtimeTestProvider></StrictMode>);
const status = () => screen.getByRole('status').textContent;
const progress = () => screen.getByTestId('progress').textContent;

it('stand while nobody advances them, and go on when somebody does', async () => {
  vi.useFakeTimers();
  show(create());
  await act(async () => {});
  expect(status()).toBe('connecting');
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect([status(), screen.getByText('history: before')]).toEqual(['connected', expect.anything()]);
  expect(complaints).toEqual([]);
});

it('may be advanced without act', async () => {
  vi.useFakeTimers();
  show(create());
  await vi.advanceTimersByTimeAsync(100);
  expect(status()).toBe('connected');
  expect(complaints).toEqual([]);
});

it('keep pings and time limits by their own time', async () => {
  vi.useFakeTimers();
  const server = create();
  show(server);
  await server.settle();
  // A minute of pings: nobody is taken for dead.
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  expect(status()).toBe('connected');
  await server.freeze();
  const seen = [status()];
  for (let second = 0; second < 10; second += 1) {
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    if (status() !== seen.at(-1)) seen.push(status());
  }
  expect(seen).toEqual(['connected', 'suspect', 'reconnecting']);
  expect(complaints).toEqual([]);
});

it('in one step that gives promises no turn are lived through all the same', async () => {
  vi.useFakeTimers();
  show(create());
  vi.advanceTimersByTime(60_000);
  await act(async () => {});
  expect([status(), screen.getByText('history: before')]).toEqual(['connected', expect.anything()]);
});

it('do not hinder settle and the other words', async () => {
  vi.useFakeTimers();
  const server = create();
  show(server);
  await server.settle();
  await server.publish(api.channels.room, { id: 1 }, 'message', { id: 'm1', text: 'hello' });
  expect(screen.getByText('hello')).toBeDefined();
  await server.offline();
  fireEvent.click(screen.getByText('send'));
  await server.settle();
  expect(progress()).toBe('queued');
  await server.advance(600_000);
  expect(progress()).toBe('expired');
  await server.online();
  expect(status()).toBe('connected');
  expect(complaints).toEqual([]);
});

it('that advance by themselves are enough for findBy', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  show(create());
  await screen.findByText('history: before');
  expect(complaints).toEqual([]);
});

it('may be put in place after the page, and taken away before its end', async () => {
  const server = create();
  show(server);
  await server.settle();
  vi.useFakeTimers();
  fireEvent.click(screen.getByText('send'));
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect(progress()).toBe('success');
  await act(() => vi.advanceTimersByTimeAsync(3_600_000));
  expect(status()).toBe('connected');
  vi.useRealTimers();
  // What was to come on the other clock comes on this one.
  await server.publish(api.channels.room, { id: 1 }, 'message', { id: 'm1', text: 'hello' });
  fireEvent.click(screen.getByText('send'));
  await screen.findByText('success');
  expect(status()).toBe('connected');
});

it('that are taken away are no hours that have passed', async () => {
  vi.useFakeTimers();
  const server = create();
  show(server);
  await server.settle();
  await server.offline();
  fireEvent.click(screen.getByText('send'));
  await server.settle();
  vi.useRealTimers();
  // A process that has been up for long: its clock is far ahead of the faked one.
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 86_400_000);
  await server.settle();
  await new Promise((done) => setTimeout(done, 5));
  await server.settle();
  expect(progress()).toBe('queued');
});

it('may be only setTimeout’s, with every clock as it was', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = create();
  show(server);
  await server.settle();
  await server.freeze();
  await act(() => vi.advanceTimersByTimeAsync(8_000));
  expect(status()).toBe('suspect');
});

it('are not left behind', async () => {
  vi.useFakeTimers();
  const page = show(create());
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(vi.getTimerCount()).toBe(1);
  page.unmount();
  expect(vi.getTimerCount()).toBe(0);
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  expect(vi.getTimerCount()).toBe(0);
});
