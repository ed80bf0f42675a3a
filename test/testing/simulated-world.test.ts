import { describe, expect, it } from 'vitest';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createPair, EXACT, HOST, recorder, URL } from './world-fixture.js';

/** Two clients that shout and come back, faults by chance, a minute long. */
async function live(seed: number): Promise<SimulatedWorld> {
  const world = createSimulatedWorld({ seed });
  const faults = world.dice.stream('faults');
  world.network.listen(HOST, (end) => ({ onMessage: (text) => end.send(`echo ${text}`), onClosed: () => {} }));
  for (const name of ['ada', 'bob']) {
    const client = world.client(name);
    const connect = (): void => {
      const socket = client.open(URL, [], {
        onOpened: () => void Promise.resolve().then(() => socket.send(client.dice.id())),
        onMessage: () => void client.clock.after(client.dice.exponential(300), () => socket.send(client.dice.id())),
        onClosed: () => void client.clock.after(client.dice.between(0, 1_000), connect),
      });
    };
    connect();
  }
  const trouble = (): void => {
    for (const connection of world.network.connections()) {
      if (faults.chance(0.3)) connection.inflict(faults.pick([{ type: 'reset' }, { type: 'stall', ms: 700 }, { type: 'finish' }] as const));
    }
    world.clock.after(faults.exponential(2_000), trouble);
  };
  world.clock.after(1_000, trouble);
  await world.clock.run(60_000);
  return world;
}

describe('simulated world', () => {
  it('has the same history for the same seed, another for another', async () => {
    const [one, same, other] = [await live(1), await live(1), await live(2)];
    expect(one.trace.count).toBeGreaterThan(300);
    expect(one.trace.faults.length).toBeGreaterThan(5);
    expect(same.trace.tail()).toEqual(one.trace.tail());
    expect([same.trace.hash, same.trace.count]).toEqual([one.trace.hash, one.trace.count]);
    expect(other.trace.hash).not.toBe(one.trace.hash);
  });

  it('reports the seed, the faults and the last lines', async () => {
    const world = await live(1);
    const report = world.failureReport(new Error('two of one event'));
    expect(report).toContain(`seed 1, at 60000 ms, ${world.trace.count} lines, trace ${world.trace.hash}`);
    expect(report).toContain('two of one event');
    expect(report).toContain(`faults (${world.trace.faults.length}):\n  ${world.trace.faults[0]}`);
    expect(world.trace.tail()).toHaveLength(200);
    expect(report.split('\n').at(-1)).toBe(`  ${world.trace.tail().at(-1)}`);
    expect(world.trace.tail()[0]).not.toContain('listens');
  });

  it('hashes every line, long after it has left the tail', () => {
    const traceOf = (first: string): string => {
      const { trace } = createSimulatedWorld({ seed: 1, traceLines: 2 });
      for (const line of [first, 'b', 'c', 'd', 'e']) trace.note('test', line);
      expect(trace.tail()).toEqual(['0 test d', '0 test e']);
      return trace.hash;
    };
    expect(traceOf('a')).toBe(traceOf('a'));
    expect(traceOf('a')).not.toBe(traceOf('A'));
  });
});

describe('simulated client', () => {
  it('paints within a frame, counts what it waits for, and not what the network does', () => {
    const { world } = createPair({ network: EXACT });
    const ada = world.client('ada');
    expect(ada).toBe(world.client('ada'));
    expect(ada.pending).toBe(0);
    const ran: string[] = [];
    ada.paint(() => ran.push(`paint @${world.clock.now()}`));
    const cancel = ada.clock.after(5, () => ran.push('cancelled'));
    expect(ada.pending).toBe(2);
    cancel();
    cancel();
    expect(ada.pending).toBe(1);
    world.clock.advance(16);
    expect(ran).toEqual(['paint @36']);
    expect(ada.pending).toBe(0);
  });

  it('tells signals to who watches, and is visible or not', () => {
    const ada = createSimulatedWorld({ seed: 1 }).client('ada');
    const told: string[] = [];
    const cancel = ada.watch((signal) => told.push(`${signal} ${ada.isVisible()}`));
    ada.signal('hidden');
    ada.signal('offline');
    ada.signal('visible');
    cancel();
    ada.signal('online');
    expect(told).toEqual(['hidden false', 'offline false', 'visible true']);
    expect(ada.watchers).toBe(0);
    const cancelFirst = ada.watch(() => cancelSecond());
    const cancelSecond = ada.watch((signal) => told.push(`${signal}, though cancelled`));
    ada.signal('online');
    cancelFirst();
    expect([told.length, ada.watchers]).toEqual([3, 0]);
  });

  it('sleeps: timers, events and signals wait, then come late, and the server notices nothing', () => {
    const { world, client, server, end } = createPair();
    const ada = world.client('ada');
    ada.watch((signal) => client.push(signal));
    ada.clock.after(1_000, () => client.push(`timer @${world.clock.now()}`));
    ada.sleep();
    end().send('while asleep');
    ada.signal('online');
    world.clock.advance(60_000);
    expect(ada.isAsleep).toBe(true);
    expect(client).toEqual([]);
    expect(end().send('still')).toBe(true);
    ada.resume();
    world.clock.advance(10);
    expect(client).toEqual(['resume', 'online', 'while asleep', 'timer @60020', 'still']);
    ada.sleep();
    world.network.connections()[0]?.inflict({ type: 'reset' });
    world.clock.advance(60_000);
    expect(server).toEqual(['closed 1006']);
    expect(client).toHaveLength(5);
    ada.wake();
    world.clock.advance(0);
    expect(client.slice(5)).toEqual(['closed 1006']);
  });

  it('crashes: nothing runs in it any more, the server sees 1006, and a new one of its name has other dice', () => {
    const { world, socket, client, server, end } = createPair();
    const ada = world.client('ada');
    ada.watch((signal) => client.push(signal));
    const cancel = ada.clock.after(5, () => client.push('timer'));
    ada.clock.after(6, () => client.push('timer'));
    socket.send('last words');
    end().send('too late');
    ada.crash();
    cancel();
    ada.clock.after(5, () => client.push('from the dead'));
    ada.open(URL, [], recorder(client)).close(1000, '');
    ada.signal('online');
    expect([ada.pending, socket.send('from the dead')]).toEqual([0, false]);
    world.clock.advance(1_000);
    expect([client, server]).toEqual([[], ['last words', 'closed 1006']]);
    expect(world.network.counts('ada')).toEqual({ open: 0, peak: 1, opened: 1 });
    expect(world.clock.pending).toBe(0);
    const born = world.client('ada');
    expect(born).not.toBe(ada);
    expect(born.dice.id()).not.toBe(createSimulatedWorld({ seed: 1 }).client('ada').dice.id());
  });
});
