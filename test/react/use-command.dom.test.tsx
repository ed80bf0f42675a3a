import { cleanup } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { RealtimeError, useCommand, type CommandOptions, type CommandResult, type SettledCommand } from '../../src/index.js';
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

  it('says in words of its own whether it is pending, succeeded or failed', async () => {
    const { show, pass } = createHarness();
    const { Poster, now } = createPoster();
    const flags = (): readonly boolean[] => [now().isPending, now().isSuccess, now().isError];
    show(<Poster />);
    await pass(200);
    expect(flags()).toEqual([false, false, false]);
    now().send({ room: '1', text: 'hello' });
    await pass(10);
    expect(flags()).toEqual([true, false, false]);
    await pass(200);
    expect(flags()).toEqual([false, true, false]);
    now().send({ room: '1', text: 'rude' });
    await pass(200);
    expect(flags()).toEqual([false, false, true]);
  });
});

describe('callbacks of useCommand', () => {
  type Options = CommandOptions<typeof api.commands.post>;

  function createCaller(extra: Partial<Options> = {}) {
    const log = createRenderLog<CommandResult<typeof api.commands.post>>();
    const calls: string[] = [];
    const Caller = ({ name = 'first' }: { readonly name?: string }) =>
      log.note(
        useCommand(api.commands.post, {
          onSuccess: (message, input) => calls.push(`${name} success ${message.text} ${input.text}`),
          onError: (error, input) => calls.push(`${name} error ${error.reason ?? error.code} ${input.text}`),
          onSettled: (message, error, input) => calls.push(`${name} settled ${message?.text ?? error?.code} ${input.text}`),
          ...extra,
        }),
      );
    return { Caller, now: log.last, calls };
  }

  it('are called once a send, earlier sends too, and are those of the newest render', async () => {
    const { show, tree, pass } = createHarness();
    const { Caller, now, calls } = createCaller();
    const page = show(<Caller />);
    await pass(200);
    now().send({ room: '1', text: 'rude' });
    now().send({ room: '1', text: 'fine' });
    page.rerender(tree(<Caller name="newest" />));
    await pass(500);
    expect(calls).toEqual(['newest error banned rude', 'newest settled rejected rude', 'newest success fine fine', 'newest settled fine fine']);
  });

  it('are called for what was refused where it entered, and after send has returned', async () => {
    const { show, pass } = createHarness();
    const { Caller, now, calls } = createCaller();
    show(<Caller />);
    await pass(200);
    const long = 'x'.repeat(101);
    now().send({ room: '1', text: long });
    expect(calls).toEqual([]);
    await pass(50);
    expect(calls).toEqual([`first error invalid ${long}`, `first settled invalid ${long}`]);
  });

  it('are not called any more when the component has gone; onCommandSettled of the provider is, for every command', async () => {
    const { show, tree, pass } = createHarness();
    const { Caller, now, calls } = createCaller();
    const settled: SettledCommand[] = [];
    const props = { onCommandSettled: (command: SettledCommand) => settled.push(command) };
    const page = show(<Caller />, props);
    await pass(200);
    const rude = now().send({ room: '1', text: 'rude' });
    const fine = now().send({ room: '1', text: 'fine' });
    page.rerender(tree(null, props));
    await pass(500);
    expect(calls).toEqual([]);
    expect(settled).toMatchObject([
      { id: rude.id, name: 'post', input: { room: '1', text: 'rude' }, status: 'error', isError: true, data: undefined, error: { code: 'rejected', reason: 'banned' } },
      { id: fine.id, name: 'post', input: { room: '1', text: 'fine' }, status: 'success', isSuccess: true, data: { text: 'fine' }, error: null },
    ]);
  });

  it('the newest onCommandSettled is called, and the client stays', async () => {
    const { show, tree, pass, heard } = createHarness();
    const { Caller, now } = createCaller();
    const calls: string[] = [];
    const page = show(<Caller />, { onCommandSettled: () => calls.push('first') });
    await pass(200);
    now().send({ room: '1', text: 'fine' });
    page.rerender(tree(<Caller />, { onCommandSettled: ({ name, status }) => calls.push(`newest ${name} ${status}`) }));
    await pass(500);
    expect(calls).toEqual(['newest post success']);
    expect(heard('hello')).toHaveLength(1);
  });

  it('that throw are reported to onError and end nothing', async () => {
    const { show, pass, reported } = createHarness();
    const broken = new Error('broken');
    const { Caller, now, calls } = createCaller({
      onSuccess() {
        throw broken;
      },
    });
    const settled: string[] = [];
    show(<Caller />, {
      onCommandSettled({ status }) {
        settled.push(status);
        throw broken;
      },
    });
    await pass(200);
    const first = now().send({ room: '1', text: 'fine' });
    await pass(500);
    expect(now().status).toBe('success');
    await expect(first.result).resolves.toMatchObject({ text: 'fine' });
    now().send({ room: '1', text: 'rude' });
    await pass(500);
    expect([calls, settled]).toEqual([['first settled fine fine', 'first error banned rude', 'first settled rejected rude'], ['success', 'error']]);
    expect(reported).toMatchObject([{ code: 'misuse', cause: broken }, { code: 'misuse', cause: broken }, { code: 'misuse', cause: broken }]);
  });

  it('may send the next command', async () => {
    const { show, pass, heard } = createHarness();
    const sends: string[] = [];
    const { Caller, now, calls } = createCaller({
      onSettled(message) {
        sends.push(message?.text ?? '');
        if (sends.length < 3) now().send({ room: '1', text: `${message?.text}!` });
      },
    });
    show(<Caller />);
    await pass(200);
    now().send({ room: '1', text: 'on' });
    await pass(1_000);
    expect(sends).toEqual(['on', 'on!', 'on!!']);
    expect(calls).toHaveLength(3);
    expect(heard('command')).toHaveLength(3);
  });
});
