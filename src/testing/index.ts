/** Door `holdfast/testing`: a provider and a server for tests of components, and the simulated world below them. */
export { RealtimeTestProvider, type RealtimeTestProviderProps } from './react/test-provider.js';
export { createTestServer, type TestServer, type TestServerOptions } from './react/test-server.js';
export type { Answer, ReceivedCommand, ScriptOptions } from './scripted-rules.js';
export { createMachineClock, type MachineClock } from './machine-clock.js';
export { createSeededDice, type SeededDice } from './seeded-dice.js';
export type { OnConnection, ServerEnd, ServerEvents } from './server-end.js';
export type { SimulatedClient } from './simulated-client.js';
export { createSimulatedClock, type Settle, type SimulatedClock } from './simulated-clock.js';
export type { ConnectionFault, Direction } from './connection-faults.js';
export type { SimulatedConnection } from './simulated-connection.js';
export { CALM_WEATHER, type Cut, type SimulatedNetwork, type Weather, type Welcome } from './simulated-network.js';
export { createSimulatedServer, type ServerPlace, type SimulatedServer } from './simulated-server.js';
export type { MemoryBrokerOptions } from '../server/core/memory-broker.js';
export type { SimulatedTrace } from './simulated-trace.js';
export { createSimulatedWorld, type SimulatedWorld, type SimulatedWorldOptions } from './simulated-world.js';
