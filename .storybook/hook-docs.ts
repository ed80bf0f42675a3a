// The TSDoc of every hook, from the library's own sources: what a story file names under `parameters.hooks`.
import { hookDoc, type HookDoc } from './tsdoc.js';

const sources: Readonly<Record<string, string>> = import.meta.glob(['../src/react/use-*.ts', '../src/core/data/*.ts'], { query: '?raw', import: 'default', eager: true });

interface Place {
  readonly file: string;
  /** The types that belong to it, each with its file. */
  readonly types: Readonly<Record<string, string>>;
}

const PLACES: Readonly<Record<string, Place>> = {
  useChannel: {
    file: 'react/use-channel',
    types: {
      ChannelOptions: 'react/use-channel',
      ViewOptions: 'react/use-channel',
      TapOptions: 'react/use-channel',
      FlushOption: 'react/use-subscribe',
      ViewSnapshot: 'core/data/view',
      ChannelResult: 'react/use-channel',
    },
  },
  useQuery: { file: 'react/use-query', types: { QueryOptions: 'react/use-query', QuerySnapshot: 'core/data/live-query', QueryResult: 'react/use-query' } },
  useCommand: { file: 'react/use-command', types: { SendOptions: 'core/data/commands', CommandCallbacks: 'core/data/command-status', CommandResult: 'react/use-command' } },
  useOutbox: { file: 'react/use-outbox', types: { OutboxStatus: 'core/data/outbox-status' } },
  usePublish: { file: 'react/use-publish', types: {} },
  useConnectionStatus: {
    file: 'react/use-connection-status',
    types: { ConnectionStatus: 'core/data/connection-status', ConnectionReason: 'core/data/connection-status', ConnectionResult: 'react/use-connection-status' },
  },
  useConnectionListener: { file: 'react/use-connection-listener', types: { ConnectionListener: 'core/data/connection-listener' } },
  useConnectionMetrics: { file: 'react/use-connection-metrics', types: { ConnectionMetrics: 'core/data/connection-metrics' } },
};

export function docOf(hook: string): HookDoc {
  const place = PLACES[hook];
  if (place === undefined) throw new Error(`Nobody said where ${hook} is.`);
  return hookDoc(hook, sourceOf(place.file), Object.fromEntries(Object.entries(place.types).map(([type, file]) => [type, sourceOf(file)])));
}

function sourceOf(file: string): string {
  const source = sources[`../src/${file}.ts`];
  if (source === undefined) throw new Error(`There is no src/${file}.ts.`);
  return source;
}
