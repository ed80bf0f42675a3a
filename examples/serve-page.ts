// The built page over HTTP: read once, so that no request ever touches the disk.
import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** In a frame of a foreign page, a visitor could be made to press what he does not see. */
const OWN_FRAME = { 'content-security-policy': "frame-ancestors 'self'" };

export function servePage(folder: string): RequestListener {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [`/${relative(folder, path).split(sep).join('/')}`, { type: TYPES[extname(path)] ?? 'application/octet-stream', body: readFileSync(path) }]),
  );
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);

  return (request, response) => {
    const file = files.get(request.url?.split('?', 1)[0] ?? '');
    if (file === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing is here.\n');
    else response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache', ...OWN_FRAME }).end(file.body);
  };
}
