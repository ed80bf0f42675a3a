// Tests of a component that talks to a server, without a server: everything is in this process. `docs/TESTING.md` tells more.
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { createTestServer, RealtimeTestProvider } from 'holdfast/testing';
import { afterEach, expect, test } from 'vitest';
import { api } from './contract.js';
import { Room } from './room.js';

// With `globals: true`, or in Jest, React Testing Library does this by itself.
afterEach(cleanup);

/** A server of its own for each test: what one has said, the next does not hear. Everybody may do everything. */
const createServer = () =>
  createTestServer({
    contract: api,
    queries: { topic: () => 'Gardening' },
    commands: {
      // A handler as your server has it.
      post({ id, input, user, publish }) {
        const message = { id, author: user.tag, text: input.text };
        publish(api.channels.room, { id: input.room }, 'message', message);
        return message;
      },
    },
  });

const say = (text: string) => {
  fireEvent.change(screen.getByLabelText('Message'), { target: { value: text } });
  fireEvent.click(screen.getByText('Send'));
};

test('shows what somebody says', async () => {
  const server = createServer();
  render(<RealtimeTestProvider server={server}><Room id="42" /></RealtimeTestProvider>);

  // The client connects, asks and subscribes; `findBy` waits for it.
  await screen.findByText('Gardening');

  // Or wait for the server's words: when they are over, the page shows what followed.
  await server.publish(api.channels.room, { id: '42' }, 'message', { id: 'm1', author: 'ben', text: 'hello' });
  expect(screen.getByText('ben: hello')).toBeDefined();
});

test('shows one user what the other says', async () => {
  const server = createServer();
  const ada = within(render(<RealtimeTestProvider server={server} user="ada"><Room id="42" /></RealtimeTestProvider>).container);
  const ben = within(render(<RealtimeTestProvider server={server} user="ben"><Room id="42" /></RealtimeTestProvider>).container);
  await server.settle();

  fireEvent.change(ada.getByLabelText('Message'), { target: { value: 'hello' } });
  fireEvent.click(ada.getByText('Send'));

  await ben.findByText('ada: hello');
  expect(server.received).toEqual([{ name: 'post', input: { room: '42', text: 'hello' }, user: 'ada' }]);
});

test('says that it is sending, until the answer is there', async () => {
  const server = createServer();
  render(<RealtimeTestProvider server={server} user="ada"><Room id="42" /></RealtimeTestProvider>);
  await server.settle();

  const release = server.hold(api.commands.post);
  say('hello');
  await screen.findByText('Sending …');

  await release();
  expect(screen.queryByText('Sending …')).toBeNull();
  expect(screen.getByText('ada: hello')).toBeDefined();
});

test('keeps what is typed without a connection, and sends it when it is back', async () => {
  const server = createServer();
  render(<RealtimeTestProvider server={server} user="ada"><Room id="42" /></RealtimeTestProvider>);
  await server.settle();

  await server.offline();
  expect(screen.getByText('No connection')).toBeDefined();
  say('anybody there?');
  await screen.findByText('Waits for the connection');

  await server.online();
  expect(screen.getByText('ada: anybody there?')).toBeDefined();
  expect(screen.queryByText('No connection')).toBeNull();
});

test('tells a person why a message was refused', async () => {
  const server = createServer();
  server.reject(api.commands.post, 'banned', { until: 'tomorrow' });
  render(<RealtimeTestProvider server={server}><Room id="42" /></RealtimeTestProvider>);

  say('rude');
  await screen.findByText('You may speak again tomorrow');
});

test('admits that messages are missing, when the server has lost them', async () => {
  const server = createServer();
  render(<RealtimeTestProvider server={server}><Room id="42" /></RealtimeTestProvider>);
  await server.publish(api.channels.room, { id: '42' }, 'message', { id: 'm1', author: 'ben', text: 'hello' });

  await server.restart();
  expect(screen.getByText('Some messages are missing')).toBeDefined();
});
