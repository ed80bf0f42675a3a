/** The provider and the server for users' tests, used as a user would: with real timers, and nothing known of the world below. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTestServer, RealtimeTestProvider, type TestServer } from '../../src/testing/index.js';
import { api, Room } from './chat.js';

const complaints: unknown[][] = [];

beforeEach(() => {
  complaints.length = 0;
  vi.spyOn(console, 'error').mockImplementation((...words) => void complaints.push(words));
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const hello = { id: 'm1', text: 'hello' };
const history = () => [{ id: 'm0', text: 'before' }];
const show = (server: TestServer, user?: string) =>
  render(
    <StrictMode>
      <RealtimeTestProvider server={server} user={user}>
        <Room />
      </RealtimeTestProvider>
    </StrictMode>,
  );

it('needs nothing but findBy', async () => {
  const server = createTestServer({ contract: api, queries: { history } });
  show(server);
  await screen.findByText('history: before');
  await screen.findByText('connected');
  void server.publish(api.channels.room, { id: '1' }, 'message', hello);
  await screen.findByText('hello');
  expect(complaints).toEqual([]);
});

it('shows at once what was waited for', async () => {
  const server = createTestServer({ contract: api, queries: { history } });
  show(server);
  await server.settle();
  expect(screen.getByText('history: before')).toBeDefined();
  await server.publish(api.channels.room, { id: '1' }, 'message', hello);
  expect(screen.getByText('hello')).toBeDefined();
  expect(complaints).toEqual([]);
});
