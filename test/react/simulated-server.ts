// The real server core as a host of the simulated world: a part of the door by now. Not a test.
export { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';
