import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { ConnectionFault } from '../../src/testing/connection-faults.js';
import { createPair } from './world-fixture.js';

describe('closing', () => {
  it('takes a client’s close to the server, after what was sent, and lets go at once', () => {
    const { world, socket, client, server, end } = createPair();
    end().send('under way');
    socket.send('first');
    socket.close(4001, 'silent');
    expect(socket.send('too late')).toBe(false);
    world.clock.advance(1_000);
    expect(client).toEqual([]);
    expect(server).toEqual(['first', 'closed 4001 silent']);
    expect(world.clock.pending).toBe(0);
    expect(world.network.connections()).toEqual([]);
  });

  it('takes a server’s close to the client and its answer back', () => {
    const { world, socket, client, server, end } = createPair();
    end().send('last');
    end().close(4000, 'restart');
    expect(end().send('too late')).toBe(false);
    socket.send('crossing');
    world.clock.advance(10);
    expect(client).toEqual(['last', 'closed 4000 restart']);
    expect(socket.send('x')).toBe(false);
    socket.close(1000, '');
    world.clock.advance(10);
    expect(server).toEqual(['crossing', 'closed 4000 restart']);
    expect(world.clock.pending).toBe(0);
    expect(world.network.connections()).toEqual([]);
  });

  it('ends a server’s close after 30 s when nobody answers', () => {
    const { world, client, server, end, connection } = createPair();
    connection().inflict({ type: 'blackhole' });
    end().close(4002, 'unheard');
    world.clock.advance(29_999);
    expect(server).toEqual([]);
    world.clock.advance(1);
    expect([client, server]).toEqual([[], ['closed 1006']]);
    connection().heal();
    world.clock.advance(100);
    expect([client, server]).toEqual([['closed 4002 unheard'], ['closed 1006']]);
    expect(world.network.connections()).toEqual([]);
  });

  it('leaves no timer once both ends are over, whatever was under way', () => {
    const { world, socket, end, connection } = createPair();
    connection().inflict({ type: 'slow', bytesPerSecond: 1, direction: 'down' });
    end().send('x'.repeat(1_000));
    socket.close(1000, '');
    world.clock.advance(10);
    expect(world.clock.pending).toBe(0);
  });

  it('is not heard of again when closed before it opened', () => {
    const { world, socket, client, server } = createPair({ isConnected: false });
    socket.close(1000, '');
    world.clock.advance(1_000);
    expect([client, server]).toEqual([[], ['closed 1006']]);
  });

  it('refuses the codes that browsers and ws refuse', () => {
    const { socket, end } = createPair();
    expect(() => socket.close(1001, '')).toThrow('1001');
    expect(() => socket.close(1000, 'é'.repeat(62))).toThrow('124');
    expect(() => end().close(1006, '')).toThrow('1006');
    expect(() => end().close(999, '')).toThrow('999');
    end().close(1001, '');
  });
});

describe('faults of a connection', () => {
  it('reset: both ends see 1006 at once, even when cut off, and lose what was under way', () => {
    const { world, socket, client, server, end, connection } = createPair();
    world.network.partition({ client: 'ada' });
    socket.send('lost');
    end().send('lost');
    connection().inflict({ type: 'reset' });
    expect([client, server]).toEqual([[], []]);
    socket.send('lost as well');
    world.clock.advance(0);
    expect([client, server]).toEqual([['closed 1006'], ['closed 1006']]);
    world.clock.advance(1_000);
    expect([client.length, server.length, world.clock.pending]).toEqual([1, 1, 0]);
  });

  it('finish: both ends see 1006 after what was under way', () => {
    const { world, socket, client, server, end, connection } = createPair();
    socket.send('up');
    end().send('down');
    connection().inflict({ type: 'finish' });
    world.clock.advance(1_000);
    expect([client, server]).toEqual([['down', 'closed 1006'], ['up', 'closed 1006']]);
  });

  it('blackhole: silence in its direction, nobody is told, and nothing is lost by it', () => {
    const { world, socket, client, server, end, connection } = createPair();
    connection().inflict({ type: 'blackhole', direction: 'up' });
    socket.send('up 1');
    end().send('down');
    world.clock.advance(3_600_000);
    expect([client, server]).toEqual([['down'], []]);
    expect(socket.send('up 2')).toBe(true);
    connection().heal();
    world.clock.advance(10);
    expect(server).toEqual(['up 1', 'up 2']);
  });

  it('stall: nothing for a while, then a burst', () => {
    const { world, server, socket, connection } = createPair();
    socket.send('a');
    world.clock.advance(5);
    connection().inflict({ type: 'stall', ms: 2_000, direction: 'up' });
    socket.send('b');
    world.clock.advance(1_999);
    expect(server).toEqual([]);
    world.clock.advance(1);
    expect(server).toEqual(['a', 'b']);
    socket.send('c');
    world.clock.advance(10);
    expect(server).toEqual(['a', 'b', 'c']);
  });

  it('slow: so many bytes a second', () => {
    const { world, client, end, connection } = createPair();
    connection().inflict({ type: 'slow', bytesPerSecond: 1_000, direction: 'down' });
    for (const name of ['a', 'b', 'c']) end().send(name.repeat(500));
    const after = (ms: number): number => {
      world.clock.advance(ms);
      return client.length;
    };
    expect([after(499), after(1), after(499), after(1), after(500)]).toEqual([0, 1, 1, 2, 3]);
    end().send('d'.repeat(5_000));
    world.clock.advance(1_000);
    connection().heal();
    world.clock.advance(0);
    expect(client).toHaveLength(4);
  });

  it('lose-close: the other end sees 1006, once', () => {
    const byServer = createPair();
    byServer.connection().inflict({ type: 'lose-close' });
    byServer.end().close(4000, 'restart');
    byServer.world.clock.advance(100);
    expect([byServer.client, byServer.server]).toEqual([['closed 1006'], ['closed 1006']]);
    const byClient = createPair();
    byClient.connection().inflict({ type: 'lose-close' });
    byClient.socket.close(1000, '');
    byClient.world.clock.advance(100);
    expect([byClient.client, byClient.server]).toEqual([[], ['closed 1006']]);
    const crossing = createPair();
    crossing.connection().inflict({ type: 'lose-close' });
    crossing.end().close(4000, 'restart');
    crossing.socket.close(1000, 'leaving');
    crossing.world.clock.advance(100);
    expect(crossing.server).toEqual(['closed 1000 leaving']);
    const healed = createPair();
    healed.connection().inflict({ type: 'lose-close' });
    healed.connection().heal();
    healed.end().close(4000, 'restart');
    healed.world.clock.advance(100);
    expect(healed.client).toEqual(['closed 4000 restart']);
  });

  it('window: what is under way past it is buffered, until it arrives', () => {
    const { world, end, connection } = createPair();
    end().send('x'.repeat(60_000));
    expect(end().bufferedBytes()).toBe(0);
    connection().inflict({ type: 'window', bytes: 1_000, direction: 'down' });
    expect(end().bufferedBytes()).toBe(59_000);
    end().send('é'.repeat(500));
    expect(end().bufferedBytes()).toBe(60_000);
    world.clock.advance(10);
    expect(end().bufferedBytes()).toBe(0);
    connection().inflict({ type: 'blackhole', direction: 'down' });
    end().send('y'.repeat(5_000));
    world.clock.advance(60_000);
    expect(end().bufferedBytes()).toBe(4_000);
    connection().inflict({ type: 'reset' });
    world.clock.advance(0);
    expect(end().bufferedBytes()).toBe(0);
  });
});

const direction = fc.constantFrom('up' as const, 'down' as const);
const fault: fc.Arbitrary<ConnectionFault> = fc.oneof(
  fc.constantFrom<ConnectionFault>({ type: 'reset' }, { type: 'finish' }, { type: 'lose-close' }, { type: 'blackhole' }),
  fc.record({ type: fc.constant('blackhole' as const), direction }),
  fc.record({ type: fc.constant('stall' as const), ms: fc.integer({ min: 0, max: 3_000 }), direction }),
  fc.record({ type: fc.constant('slow' as const), bytesPerSecond: fc.integer({ min: 1, max: 2_000 }), direction }),
  fc.record({ type: fc.constant('window' as const), bytes: fc.integer({ min: 0, max: 100 }), direction }),
);
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ type: 'say' as const }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 500 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('fault' as const), fault }) },
  { weight: 2, arbitrary: fc.constantFrom({ type: 'heal' as const }, { type: 'partition' as const }, { type: 'sleep' as const }, { type: 'wake' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'client-close' as const }, { type: 'server-close' as const }) },
);

describe('whatever goes wrong', () => {
  it('keeps order, loses nothing from the middle, repeats nothing, and is silent after the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.array(happening, { maxLength: 60 }), (seed, happenings) => {
        const pair = createPair({ seed, network: { tailChance: 0.05, tailMs: 500 }, isConnected: false });
        const { world, socket, client, server } = pair;
        const ada = world.client('ada');
        const dice = createSeededDice(seed, 'sizes');
        let sentUp = 0;
        let sentDown = 0;
        let heardAtClose: number | null = null;
        let isTorn = false;
        for (const one of happenings) {
          const connection = pair.connection();
          if (one.type === 'say') {
            if (socket.send(`${sentUp} ${'x'.repeat(dice.between(0, 300))}`)) sentUp += 1;
            if (pair.end()?.send(`${sentDown} ${'x'.repeat(dice.between(0, 300))}`)) sentDown += 1;
          } else if (one.type === 'wait') world.clock.advance(one.ms);
          else if (one.type === 'fault') {
            isTorn ||= one.fault.type === 'reset' || one.fault.type === 'finish';
            connection?.inflict(one.fault);
          } else if (one.type === 'heal') world.network.heal();
          else if (one.type === 'partition') world.network.partition({ client: 'ada' });
          else if (one.type === 'sleep') ada.sleep();
          else if (one.type === 'wake') ada.wake();
          else if (one.type === 'client-close') {
            socket.close(1000, '');
            heardAtClose ??= client.length;
          } else pair.end()?.close(4000, '');
        }
        ada.wake();
        world.network.heal();
        world.clock.advance(120_000);

        const numbers = (log: readonly string[]): number[] => log.filter((line) => /^\d/.test(line)).map((line) => Number(line.split(' ')[0]));
        const isRun = (log: readonly string[]): void => expect(numbers(log)).toEqual(numbers(log).map((_, i) => i));
        isRun(client);
        isRun(server);
        const closedAt = (log: readonly string[]): number => log.findIndex((line) => line.startsWith('closed'));
        for (const log of [client, server]) expect([-1, log.length - 1]).toContain(closedAt(log));
        if (heardAtClose !== null) expect(client.length).toBe(heardAtClose);
        if (closedAt(client) < 0 && heardAtClose === null) {
          expect(client[0]).toBe('opened');
          expect([numbers(client).length, numbers(server).length]).toEqual([sentDown, sentUp]);
          expect(closedAt(server)).toBe(-1);
        } else {
          expect(world.network.connections()).toEqual([]);
          expect(world.network.counts('ada').open).toBe(0);
        }
        if (!isTorn && heardAtClose === null) expect(numbers(client).length).toBe(sentDown);
        expect(world.clock.pending).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
