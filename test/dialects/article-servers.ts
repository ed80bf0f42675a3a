// The three kinds of server that the article's sketches make, each with the dialect that speaks to it. Not a test.
import { plainJson, type Dialect } from '../../src/dialects/index.js';
import { startForeignServer, type ForeignServer, type Speaker } from './foreign-server.js';

/* 1: action, channel, data; confirmations on the channel `system`; what it does not know is only logged. */

interface Subscriber extends Speaker {
  readonly channels: Set<string>;
}

interface ChannelMessage {
  readonly channel: string;
  readonly data: unknown;
}

interface SystemData {
  readonly type: 'subscription_confirm' | 'error';
  readonly channel: string;
  readonly message: string;
}

export const channelDialect: Dialect = plainJson({
  can: { confirm: true },
  subscribe: (channel) => ({ action: 'subscribe', channel }),
  unsubscribe: (channel) => ({ action: 'unsubscribe', channel }),
  publish: (channel, data) => ({ action: 'publish', channel, data }),
  read({ channel, data }: ChannelMessage) {
    if (channel !== 'system') return { t: 'event', channel, data };
    const { type, channel: confirmed, message } = data as SystemData;
    return type === 'subscription_confirm' ? { t: 'subscribed', channel: confirmed } : { t: 'error', message };
  },
});

export function startChannelServer(): Promise<ForeignServer> {
  return startForeignServer<Subscriber>({
    greet: (say) => ({ say, channels: new Set() }),
    answer(member, { action, channel, data }, everybody) {
      const name = String(channel);
      switch (action) {
        case 'subscribe':
          if (name.startsWith('closed')) return member.say({ channel: 'system', data: { type: 'error', message: `no channel ${name}` } });
          member.channels.add(name);
          return member.say({ channel: 'system', data: { type: 'subscription_confirm', channel: name } });
        case 'unsubscribe':
          member.channels.delete(name);
          return;
        case 'publish':
          for (const { say, channels } of everybody) if (channels.has(name)) say({ channel: name, data });
          return;
        default:
          // Only logged.
          return;
      }
    },
  });
}

/* 2: nothing but a heartbeat, and what it says by itself. */

export const heartbeatDialect = (pingMs: number): Dialect =>
  plainJson({
    ping: () => ({ type: 'ping' }),
    pingMs,
    read: ({ type, channel, data }: { readonly type: string; readonly channel: string; readonly data: unknown }) =>
      type === 'pong' ? { t: 'pong' } : { t: 'event', channel, data },
  });

export function startHeartbeatServer(): Promise<ForeignServer> {
  return startForeignServer<Speaker>({
    greet: (say) => ({ say }),
    answer(member, { type }) {
      if (type === 'ping') member.say({ type: 'pong' });
    },
  });
}

/* 3: id, type, payload, timestamp; answers carry `requestId`, errors `error` as text. */

interface Answer {
  readonly type: string;
  readonly requestId?: string;
  readonly error?: string;
  readonly payload: { readonly event: string; readonly data: unknown };
}

/** What every message of the third kind has around it. */
const envelope = (type: string, id: string, payload: object): object => ({ id, type, payload, timestamp: 0 });

export const protocolDialect: Dialect = plainJson({
  authenticate: (token) => envelope('authentication', 'auth', { token }),
  query: (resource, parameters, id) => envelope('query', id, { resource, parameters }),
  command: (action, parameters, id) => envelope('command', id, { action, parameters }),
  publish: (event, data) => envelope('event', 'event', { event, data }),
  read({ type, requestId, error, payload }: Answer) {
    if (requestId === 'auth') return error === undefined ? { t: 'welcome', tag: 'ada' } : { t: 'error', message: error };
    if (error !== undefined) return { t: 'error', id: requestId, message: error };
    if (requestId !== undefined) return { t: 'response', id: requestId, result: payload };
    return type === 'event' ? { t: 'event', channel: payload.event, data: payload.data } : null;
  },
});

export interface ProtocolServer extends ForeignServer {
  /** Commands that have taken effect, in order. */
  readonly effects: readonly unknown[];
}

export async function startProtocolServer(): Promise<ProtocolServer> {
  const effects: unknown[] = [];
  const server = await startForeignServer<Speaker>({
    greet: (say) => ({ say }),
    answer({ say }, { id, type, payload }, everybody) {
      const { resource, action, parameters, token, event, data } = payload as Readonly<Record<string, unknown>>;
      const answer = (result: unknown): void => say({ id: `r-${String(id)}`, type: 'response', requestId: id, payload: result, timestamp: 0 });
      const fail = (error: string): void => say({ id: `r-${String(id)}`, type: 'error', requestId: id, error, timestamp: 0 });
      switch (type) {
        case 'authentication':
          return token === 'wrong' ? fail('bad token') : answer({ user: 'ada' });
        case 'query':
          return resource === 'double' ? answer((parameters as number) * 2) : fail(`no resource ${String(resource)}`);
        case 'command':
          if (action !== 'add') return fail(`no action ${String(action)}`);
          effects.push(parameters);
          return answer(effects.length);
        case 'event':
          for (const member of everybody) member.say({ id: 'e', type: 'event', payload: { event, data }, timestamp: 0 });
          return;
        default:
          return fail('unknown type');
      }
    },
  });
  return { ...server, effects };
}
