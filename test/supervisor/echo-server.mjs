// A server that says back what it hears, under the supervisor. Node runs it as it is. Not a test.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const http = createServer();
const sockets = new WebSocketServer({ server: http });
sockets.on('connection', (socket) => socket.on('message', (text) => socket.send(`${process.pid} ${String(text)}`)));
http.listen(0, '127.0.0.1', () => process.send({ listening: http.address().port }));
process.on('message', ({ flood }) => sockets.clients.forEach((socket) => socket.send(`flood ${flood.perSecond}`)));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
