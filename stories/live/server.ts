// The stage's server as a real process: the same service as the simulated one's, over real sockets. It runs under the supervisor of the examples.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRealtimeServer, memoryBroker } from 'holdfast/server';
import { serveUnderSupervisor } from '../../examples/supervisor/supervised.js';
import { api, uncheckedApi, type StageApi } from '../stage/contract.js';
import { createService } from '../stage/service.js';

const { STORY_ORIGINS = '' } = process.env;
const origins = STORY_ORIGINS.split(',');
const http = createServer();
const stops = [open('/realtime', api), open('/unchecked', uncheckedApi)];

/** @returns how to end it */
function open(path: string, contract: StageApi): () => Promise<void> {
  const service = createService(contract);
  const realtime = createRealtimeServer({ ...service.rules, broker: memoryBroker() });
  realtime.attach(http, { path, origins });
  service.begin({ run: randomUUID(), publish: realtime.publish, after: (ms, act) => setTimeout(act, ms) });
  return () => realtime.stop();
}

serveUnderSupervisor(http, { onFlood() {}, onStop: async () => void (await Promise.all(stops.map((stop) => stop()))) });
