// The built page over HTTP: what it says to browsers beside the files themselves.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { servePage } from '../../examples/serve-page.js';

test('no foreign page may show it in a frame, and have its buttons pressed unseen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
  writeFileSync(join(folder, 'index.html'), '<p>hello');
  const http = createServer(servePage(folder)).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  expect(await answer.text()).toBe('<p>hello');
  expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'self'");
  http.close();
  http.closeAllConnections();
  rmSync(folder, { recursive: true });
});
