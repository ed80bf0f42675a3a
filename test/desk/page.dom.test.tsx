// Parts of the desk against the real server core, without sockets: what a person sees of orders, refusals and broken promises.
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { createTestServer, RealtimeTestProvider } from 'holdfast/testing';
import { afterEach, expect, test } from 'vitest';
import { api, type Order } from '../../examples/desk/contract.js';
import { Book } from '../../examples/desk/page/book.js';
import { me } from '../../examples/desk/page/me.js';
import { OrderHistory } from '../../examples/desk/page/order-history.js';
import { Outbox } from '../../examples/desk/page/outbox.js';
import { Scoreboard } from '../../examples/desk/page/scoreboard.js';
import { Ticket } from '../../examples/desk/page/ticket.js';
import { timeline } from '../../examples/desk/page/timeline.js';
import { Watch } from '../../examples/desk/page/watch.js';

const order = (id: string, more: Partial<Order> = {}): Order => ({
  id,
  trader: me.trader,
  symbol: 'ALDR',
  side: 'buy',
  cents: 4_000,
  quantity: 5,
  status: 'open',
  placedAt: 1,
  changedAt: 1,
  seq: 1,
  ...more,
});

/** @param held - what is in the order file */
function createDesk(held: Order[] = []) {
  const server = createTestServer({
    contract: api,
    queries: { book: () => held, history: () => held },
    commands: {
      placeOrder({ id, input, publish, reject }) {
        if (input.cents < 100) throw reject('farFromPrice', { cents: 4_200 });
        const placed = order(id, { ...input, seq: 2 });
        publish(api.channels.orders, {}, 'changed', placed);
        return placed;
      },
      cancelOrder({ input, reject }) {
        throw reject('notOpen', input.id === 'filled' ? { status: 'filled' } : {});
      },
    },
  });
  const show = (parts: ReactNode) => render(<RealtimeTestProvider server={server} user={me.trader}>{parts}</RealtimeTestProvider>);
  return { server, show };
}

const figure = (id: string) => Number(screen.getByTestId(id).textContent);
const press = (name: RegExp | string) => fireEvent.click(screen.getByRole('button', { name }));
/** happy-dom reckons steps of a hundredth wrongly, so the form is submitted past its checks. */
function placeAt(price: string): void {
  fireEvent.change(screen.getByLabelText('Price'), { target: { value: price } });
  fireEvent.submit(screen.getByRole('button', { name: 'Place order for ALDR' }).closest('form') as HTMLFormElement);
}

afterEach(cleanup);

test('the scoreboard calls an event that never came lost, and one that came twice doubled', async () => {
  const { server, show } = createDesk();
  show(<><Watch /><Scoreboard /></>);
  await server.settle();
  const tick = (n: number) => server.publish(api.channels.prices, {}, 'tick', { symbol: 'ALDR', cents: 4_000, n, run: 'a' });
  for (const n of [1, 2, 4, 4]) await tick(n);
  expect(await screen.findByText('2 broken promises. Please report this.')).toBeDefined();
  expect([figure('prices-sent'), figure('prices-received'), figure('prices-lost'), figure('prices-doubled'), figure('prices-gaps')]).toEqual([4, 4, 1, 1, 0]);
});

test('an order is in the book before the server has answered, and once after', async () => {
  const { server, show } = createDesk();
  show(<><Ticket symbol="ALDR" /><Book symbol="ALDR" /></>);
  await server.settle();
  const release = server.hold(api.commands.placeOrder);
  placeAt('41.50');
  expect((await screen.findByTestId('own-order')).textContent).toContain('Buy 10 ALDR at 41.50on its way');
  await release();
  expect(screen.getAllByTestId('own-order').map(({ textContent }) => textContent)).toEqual(['Buy 10 ALDR at 41.50openCancel']);
  expect(screen.getByTestId('ticket-status').textContent).toBe('Placed.');
});

test('a refused order says why, is in no book, and may be placed at the price that the server names', async () => {
  const { server, show } = createDesk();
  show(<><Ticket symbol="ALDR" /><Book symbol="ALDR" /></>);
  await server.settle();
  placeAt('0.50');
  await server.settle();
  expect((await screen.findByTestId('not-placed')).textContent).toContain('Too far from the price, which is 42.00 now.');
  expect(screen.getByTestId('ticket-status').textContent).toBe('Not placed. See below.');
  expect(screen.queryByTestId('own-order')).toBeNull();
  press('Place at 42.00');
  await server.settle();
  expect((await screen.findByTestId('own-order')).textContent).toContain('Buy 10 ALDR at 42.00');
  expect(screen.queryByTestId('not-placed')).toBeNull();
});

test('an order that was taken back is called so, and nothing points below', async () => {
  const { server, show } = createDesk();
  show(<><Ticket symbol="ALDR" /><Outbox /></>);
  // Not connected yet: it waits.
  placeAt('41.50');
  press(/^Take back/);
  await server.settle();
  expect(screen.getByTestId('ticket-status').textContent).toBe('Taken back.');
});

test('an order that cannot be cancelled any more comes back, with the reason', async () => {
  const { server, show } = createDesk([order('filled')]);
  show(<Book symbol="ALDR" />);
  await server.settle();
  press(/^Cancel/);
  await server.settle();
  expect((await screen.findByTestId('not-cancelled')).textContent).toContain('Too late: it was filled already.');
  expect(screen.getByTestId('own-order').textContent).toContain('open');
  expect(document.activeElement?.textContent).toBe('Book of ALDR');
});

test('the history takes in what passes its filter, and drops what does not any more', async () => {
  const file: Order[] = [];
  const { server, show } = createDesk(file);
  show(<OrderHistory />);
  await server.settle();
  const filterBy = async (status: string) => {
    fireEvent.change(screen.getByLabelText('Status'), { target: { value: status } });
    await server.settle();
  };
  const change = (next: Order) => server.publish(api.channels.orders, {}, 'changed', next);
  const rows = () => within(screen.getByTestId('history')).queryAllByRole('row').slice(1).map((row) => row.getAttribute('data-order'));

  await filterBy('filled');
  await change(order('a'));
  await change(order('b', { status: 'filled' }));
  expect(rows()).toEqual(['b']);

  // An order that falls out has the page ask for the rest of the file as well, so that is kept here.
  await filterBy('open');
  file.push(order('a'));
  await change(order('a'));
  expect(rows()).toEqual(['a']);
  file.pop();
  await change(order('a', { status: 'filled', seq: 3 }));
  expect(rows()).toEqual([]);
  expect(screen.getByText('No order passes this filter.')).toBeDefined();
});

test('a restart is not said to have taken the orders, which are on file', async () => {
  const { server, show } = createDesk([order('o1')]);
  show(<Watch />);
  await server.settle();
  await server.restart();
  const said = (what: string) => timeline.get().findLast(({ text }) => text.startsWith(`Gap in ${what}`))?.text;
  expect(said('orders')).toContain('on file');
  expect(said('prices')).toContain('empty memory');
});

test('the outbox counts each command once', async () => {
  const { server, show } = createDesk();
  show(<><Ticket symbol="ALDR" /><Outbox /></>);
  await server.settle();
  await server.offline();
  placeAt('40');
  await screen.findByText(/1 not sent, 0 sent without an answer/);
});
