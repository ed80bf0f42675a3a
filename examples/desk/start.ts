// What `npm start` runs: the supervisor on the one port, and the desk's server under it.
import { supervise } from '../supervisor/supervise.js';

const { PORT = '5173', HOST = '127.0.0.1', PAGE_DIR = 'page', FAULT_ORIGINS = '' } = process.env;

const { url } = await supervise({
  server: new URL('./server.mjs', import.meta.url),
  pageDir: PAGE_DIR,
  port: Number(PORT),
  host: HOST,
  origins: FAULT_ORIGINS.split(',').filter((origin) => origin !== ''),
}).catch((error: Error) => {
  // The server itself has said why, a line above.
  console.error(`The desk has not started: ${error.message}`);
  process.exit(1);
});
console.log(`Holdfast is running at ${url}`);
