// What a page loads in production: the library once more, into dist/production, without the sentences of errors. dist, with them, is for development and Node.
import { defineConfig } from 'vite';
import { doors, libraryBuild } from './vite.config.js';
import { reconnectingWebSocket } from './scripts/reconnecting-websocket.mjs';

/** No page opens this door. */
const SERVER = 'holdfast/server';

export default defineConfig({
  plugins: [reconnectingWebSocket()],
  define: { __DEV__: 'false' },
  build: { ...libraryBuild(doors.filter(({ name }) => name !== SERVER).map(({ file }) => file)), outDir: 'dist/production' },
});
