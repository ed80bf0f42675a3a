import { plainJson } from 'holdfast/dialects';

type Message = { id?: string; method?: string; params: { channel: string; data: unknown }; result?: unknown; error?: { message: string } };
const call = (method: string, params: unknown, id?: string) => ({ jsonrpc: '2.0', id, method, params });

export const jsonRpc = plainJson({
  can: { confirm: true },
  subscribe: (channel) => call('subscribe', { channel }, `subscribe ${channel}`),
  unsubscribe: (channel) => call('unsubscribe', { channel }),
  publish: (channel, data) => call('publish', { channel, data }),
  query: (name, input, id) => call(name, input, id),
  command: (name, input, id) => call(name, input, id),
  read({ id = '', method, params, result, error }: Message) {
    if (method === 'event') return { t: 'event', ...params };
    const channel = /^subscribe (.+)/.exec(id)?.[1];
    if (channel !== undefined) return { t: error ? 'unsubscribed' : 'subscribed', channel };
    return error ? { t: 'error', id, message: error.message } : { t: 'response', id, result };
  },
});
