import { describe, expect, it } from 'vitest';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';
import { createPair, HOST, recorder, URL } from './world-fixture.js';

describe('simulated network', () => {
  it('tells nothing before open has returned, then opens after a round trip', () => {
    const { world, client, server, socket } = createPair({ isConnected: false });
    expect(client).toEqual([]);
    expect(socket.send('early')).toBe(false);
    world.clock.advance(19);
    expect(client).toEqual([]);
    world.clock.advance(1);
    expect(client).toEqual(['opened']);
    expect(socket.send('hello')).toBe(true);
    world.clock.advance(10);
    expect(server).toEqual(['hello']);
  });

  it('gives the handler what was asked for, and sends nothing before the handshake is answered', () => {
    const world = createSimulatedWorld({ seed: 1 });
    const asked: unknown[] = [];
    world.network.listen('[::1]:8080', (end, request) => {
      asked.push(request);
      end.send('first');
      end.send('second');
      return { onMessage: () => {}, onClosed: () => {} };
    });
    const log: string[] = [];
    world.client('ada').open('ws://[::1]:8080/realtime?link=2', ['holdfast.v1'], recorder(log));
    world.clock.advance(10_000);
    expect(asked).toEqual([{ url: 'ws://[::1]:8080/realtime?link=2', protocols: ['holdfast.v1'] }]);
    expect(log).toEqual(['opened', 'first', 'second']);
  });

  it('has delays over a floor, most of them short, a few very long', () => {
    const world = createSimulatedWorld({ seed: 3, network: { floorMs: 5, meanMs: 20, tailChance: 0.02, tailMs: 3_000 } });
    const delays: number[] = [];
    world.network.listen(HOST, () => ({ onMessage: (text) => delays.push(world.clock.now() - Number(text)), onClosed: () => {} }));
    for (let i = 0; i < 1_000; i += 1) {
      const socket = world.client(`c${i}`).open(URL, [], { onOpened: () => socket.send(String(world.clock.now())), onMessage: () => {}, onClosed: () => {} });
    }
    world.clock.advance(60_000);
    expect(delays).toHaveLength(1_000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5);
    const median = delays.sort((a, b) => a - b)[500] ?? 0;
    expect(median).toBeGreaterThan(12);
    expect(median).toBeLessThan(30);
    const tails = delays.filter((ms) => ms > 300).length;
    expect(tails).toBeGreaterThan(5);
    expect(tails).toBeLessThan(40);
  });

  it('takes longer from a change of the weather on, and nothing overtakes what was sent before', () => {
    const { world, server, socket } = createPair();
    const since = world.clock.now();
    const arrived = (): unknown => [world.clock.now() - since, ...server];
    world.network.changeWeather({ floorMs: 200 });
    socket.send('slow');
    world.network.changeWeather({ floorMs: 10 });
    socket.send('quick');
    world.clock.advance(199);
    expect(arrived()).toEqual([199]);
    world.clock.advance(1);
    expect(arrived()).toEqual([200, 'slow', 'quick']);
  });

  it('refuses where nobody listens, where the handler refuses, and where it is told to', () => {
    const world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
    world.network.listen('strict.test', () => null);
    const log: string[] = [];
    const at = (): string => ` @${world.clock.now()}`;
    const open = (host: string): void => void world.client('ada').open(`ws://${host}/`, [], recorder(log, at));
    open('nobody.test');
    open('strict.test');
    world.clock.advance(100);
    expect(log).toEqual(['closed 1006 @20', 'closed 1006 @20']);
    world.network.listen('strict.test', () => ({ onMessage: () => {}, onClosed: () => {} }));
    world.network.greet('strict.test', { type: 'refuse' });
    open('strict.test');
    world.clock.advance(100);
    world.network.greet('strict.test', { type: 'answer' });
    open('strict.test');
    world.clock.advance(100);
    world.network.unlisten('strict.test');
    open('strict.test');
    world.clock.advance(100);
    expect(log.slice(2)).toEqual(['closed 1006 @120', 'opened @220', 'closed 1006 @320']);
    expect(world.network.connections()).toHaveLength(1);
  });

  it('answers late, or never, until the client gives up', () => {
    const { world, client, server } = createPair();
    const log: string[] = [];
    world.network.greet(HOST, { type: 'delay', ms: 5_000 });
    const late = world.client('bob').open(URL, [], recorder(log, () => ` @${world.clock.now()}`));
    world.network.greet(HOST, { type: 'mute' });
    world.clock.advance(1);
    world.network.greet(HOST, { type: 'answer' });
    world.clock.advance(10_000);
    expect(log).toEqual(['opened @5040']);
    late.close(1000, '');
    world.network.greet(HOST, { type: 'mute' });
    const never = world.client('bob').open(URL, [], recorder(log));
    world.clock.advance(60_000);
    expect(log).toHaveLength(1);
    expect(world.network.counts('bob').open).toBe(1);
    never.close(1000, '');
    world.clock.advance(100);
    expect(world.network.counts('bob')).toEqual({ open: 0, peak: 1, opened: 2 });
    expect(world.network.connections()).toHaveLength(1);
    expect(client).toEqual([]);
    expect(server).toEqual(['closed 1000']);
  });

  it('cuts off a client in silence and delivers after healing', () => {
    const { world, socket, client, server, end } = createPair();
    const bob: string[] = [];
    const cut = { client: 'ada', host: HOST };
    const heal = world.network.partition(cut);
    const healOther = world.network.partition(cut);
    socket.send('up');
    end().send('down');
    const second = world.client('ada').open(URL, [], recorder(bob));
    world.client('bob').open(URL, [], recorder(bob));
    world.clock.advance(60_000);
    expect([client, server, bob]).toEqual([[], [], ['opened']]);
    heal();
    world.clock.advance(1_000);
    expect([client, server]).toEqual([[], []]);
    healOther();
    healOther();
    world.clock.advance(9);
    expect([client, server]).toEqual([[], []]);
    world.clock.advance(1);
    expect([client, server]).toEqual([['down'], ['up']]);
    world.clock.advance(10);
    expect(bob).toEqual(['opened', 'opened']);
    expect(second.send('x')).toBe(true);
  });

  it('cuts off a host, one direction if asked, and heals all at once', () => {
    const { world, socket, client, server, end } = createPair();
    world.network.partition({ host: HOST, direction: 'down' });
    world.network.greet(HOST, { type: 'refuse' });
    socket.send('up');
    end().send('down');
    world.clock.advance(1_000);
    expect([client, server]).toEqual([[], ['up']]);
    world.network.heal();
    const log: string[] = [];
    world.client('bob').open(URL, [], recorder(log));
    world.clock.advance(20);
    expect([client, log]).toEqual([['down'], ['opened']]);
  });

  it('crashes a server: what was under way arrives, then 1006, and its end is silent', () => {
    const { world, socket, client, server, end } = createPair();
    end().send('last words');
    socket.send('too late');
    const log: string[] = [];
    world.client('bob').open(URL, [], recorder(log));
    world.network.crash(HOST);
    expect(end().send('from the dead')).toBe(false);
    world.client('eve').open(URL, [], recorder(log));
    world.clock.advance(1_000);
    expect([client, server, log]).toEqual([['last words', 'closed 1006'], [], ['closed 1006', 'closed 1006']]);
    expect(world.network.connections()).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });

  it('gives what was on its way to a crashed server to none that comes after it', () => {
    const { world } = createPair();
    const log: string[] = [];
    const taken: string[] = [];
    world.client('bob').open(URL, [], recorder(log));
    world.network.crash(HOST);
    world.network.listen(HOST, (_, { url }) => {
      taken.push(url);
      return { onMessage: () => {}, onClosed: () => {} };
    });
    world.clock.advance(1_000);
    expect([log, taken]).toEqual([['closed 1006'], []]);
  });

  it('counts sockets and texts', () => {
    const { world, socket, end } = createPair();
    const second = world.client('ada').open(URL, [], recorder([]));
    world.clock.advance(20);
    socket.send('a');
    second.send('b');
    end().send('c');
    world.clock.advance(10);
    expect(world.network.counts('ada')).toEqual({ open: 2, peak: 2, opened: 2 });
    expect(world.network.delivered).toEqual({ up: 2, down: 1 });
    expect(world.network.connections({ client: 'ada', host: HOST }).map(({ id }) => id)).toEqual([1, 2]);
    expect(world.network.connections({ client: 'bob' })).toEqual([]);
    socket.close(1000, '');
    end().send('nobody hears');
    world.clock.advance(100);
    expect(world.network.counts('ada')).toEqual({ open: 1, peak: 2, opened: 2 });
    expect(world.network.counts('nobody')).toEqual({ open: 0, peak: 0, opened: 0 });
    expect(world.network.delivered).toEqual({ up: 2, down: 1 });
  });

  it('refuses a url without a host', () => {
    const world = createSimulatedWorld({ seed: 1 });
    expect(() => world.client('ada').open('/realtime', [], recorder([]))).toThrow('absolute');
  });
});
