/** Door `holdfast/testing`: a world in which nothing is real, for tests of clients and servers. */
export { createMachineClock, type MachineClock } from './machine-clock.js';
export { createSeededDice, type SeededDice } from './seeded-dice.js';
export type { OnConnection, ServerEnd, ServerEvents } from './server-end.js';
export type { SimulatedClient } from './simulated-client.js';
export { createSimulatedClock, type Settle, type SimulatedClock } from './simulated-clock.js';
export type { ConnectionFault, Direction } from './connection-faults.js';
export type { SimulatedConnection } from './simulated-connection.js';
export { CALM_WEATHER, type Cut, type SimulatedNetwork, type Weather, type Welcome } from './simulated-network.js';
export type { SimulatedTrace } from './simulated-trace.js';
export { createSimulatedWorld, type SimulatedWorld, type SimulatedWorldOptions } from './simulated-world.js';
