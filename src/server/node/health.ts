/** `/healthz` and `/readyz` in plain HTTP. Not here: what makes the server ready, which is this process, not its storage (`confirmedMs`). */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request for one of the two paths; false: it is for neither, and nothing was done. `unready`: why the server is not ready, or null. */
export function answerHealth(request: IncomingMessage, response: ServerResponse, unready: () => string | null): boolean {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/healthz' && path !== '/readyz') return false;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const why = path === '/readyz' ? unready() : null;
  let status = why === null ? 200 : 503;
  if (!isRead) status = 405;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...(!isRead && { Allow: 'GET, HEAD' }) });
  response.end(`${isRead ? (why ?? 'ok') : 'Only GET and HEAD are answered here.'}\n`);
  return true;
}
