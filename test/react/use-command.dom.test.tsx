import { cleanup } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { RealtimeError, useCommand, type CommandResult } from '../../src/index.js';
import { api, createHarness, createRenderLog, distinct } from './harness.js';

afterEach(cleanup);

function createPoster() {
  const log = createRenderLog<CommandResult<typeof api.commands.post>>();
  const Poster = () => log.note(useCommand(api.commands.post));
  return { Poster, now: log.last, seen: () => distinct(log.all.map(({ status }) => status)) };
}

describe('useCommand', () => {
  it('is idle, queued, sent and then success with the output', async () => {
    const { show, pass } = createHarness();
    const { Poster, seen, now } = createPoster();
    show(<Poster />);
    await pass(200);
    const sent = now().send({ room: '1', text: 'hello' });
    // Step by step: within one act React may show the last of several states only.
    for (let step = 0; step < 20; step++) await pass(10);
    expect(seen()).toEqual(['idle', 'queued', 'sent', 'success']);
    expect(now().data).toEqual({ id: sent.id, text: 'hello' });
    expect(now().input).toEqual({ room: '1', text: 'hello' });
    await expect(sent.result).resolves.toEqual({ id: sent.id, text: 'hello' });
  });

  it('waits in the outbox without a link and goes out once when there is one', async () => {
    const { show, pass, server, heard } = createHarness();
    const { Poster, seen, now } = createPoster();
    show(<Poster />);
    await pass(200);
    server.kill();
    await pass(50);
    now().send({ room: '1', text: 'later' });
    await pass(2_000);
    expect(seen()).toEqual(['idle', 'queued']);
    server.start();
    await pass(40_000);
    expect(now().status).toBe('success');
    expect(heard('command')).toHaveLength(1);
  });

  it('shows a refusal by the name and with the data that the contract gives it', async () => {
    const { show, pass } = createHarness();
    const { Poster, now } = createPoster();
    show(<Poster />);
    await pass(200);
    const { result } = now().send({ room: '1', text: 'rude' });
    await pass(200);
    expect(now().status).toBe('error');
    expect(now().error).toBeInstanceOf(RealtimeError);
    expect(now().error).toMatchObject({ code: 'rejected', reason: 'banned', data: { until: 5 } });
    await expect(result).rejects.toBe(now().error);
  });

  it('shows what does not fit the contract as an error and throws nothing', async () => {
    const { show, pass, heard } = createHarness();
    const { Poster, now } = createPoster();
    show(<Poster />);
    await pass(200);
    now().send({ room: '1', text: 'x'.repeat(101) });
    await pass(50);
    expect(now().error).toMatchObject({ code: 'invalid' });
    expect(now().error?.message).toContain('text');
    expect(heard('command')).toHaveLength(0);
  });

  it('cancels what was not sent, and forgets it on reset', async () => {
    const { show, pass, server } = createHarness();
    const { Poster, now } = createPoster();
    show(<Poster />);
    await pass(200);
    server.kill();
    await pass(50);
    now().send({ room: '1', text: 'never' });
    await pass(50);
    now().cancel();
    await pass(50);
    expect(now().error).toMatchObject({ code: 'cancelled' });
    now().reset();
    await pass(50);
    expect(now().status).toBe('idle');
  });

  it('shows the newest of many sends, and goes on without a component', async () => {
    const { show, tree, pass, heard } = createHarness();
    const { Poster, now } = createPoster();
    const page = show(<Poster />);
    await pass(200);
    const first = now().send({ room: '1', text: 'rude' });
    const second = now().send({ room: '1', text: 'fine' });
    page.rerender(tree(null));
    await pass(500);
    await expect(first.result).rejects.toMatchObject({ code: 'rejected' });
    await expect(second.result).resolves.toMatchObject({ text: 'fine' });
    expect(heard('command')).toHaveLength(2);
  });

  it('has actions that stay the same', async () => {
    const { show, tree, pass } = createHarness();
    const { Poster, now } = createPoster();
    const page = show(<Poster />);
    const { send, cancel, reset } = now();
    page.rerender(tree(<Poster />));
    send({ room: '1', text: 'hello' });
    await pass(500);
    expect(now()).toMatchObject({ send, cancel, reset, status: 'success' });
  });
});
