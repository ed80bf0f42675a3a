/** Rendered to text in Node, outside every simulated world: no socket, no timer, no token, and nothing that keeps the process alive. */
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { RealtimeProvider, type ClientSettings } from '../../src/index.js';
import { api } from './harness.js';
import { Whole } from './whole-page.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const page = (props: Partial<ClientSettings> = {}) => createElement(RealtimeProvider, { url: '/realtime', contract: api, ...props }, createElement(Whole));

it.each(['/realtime', 'wss://example.test/realtime'])('opens nothing for %s', async (url) => {
  const opened: unknown[] = [];
  vi.stubGlobal('WebSocket', class {
    constructor(...args: unknown[]) {
      opened.push(args);
    }
  });
  const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
  const auth = vi.fn(() => 'token');
  const onError = vi.fn();
  for (let i = 0; i < 3; i++) expect(renderToString(page({ url, auth, onError }))).toBe('<p data-testid="whole">idle:  | …</p>');
  // What a render would have put off until after it.
  for (let i = 0; i < 10; i++) await new Promise((done) => setImmediate(done));
  expect(opened).toEqual([]);
  for (const timer of [...timers, auth, onError]) expect(timer).not.toHaveBeenCalled();
});

it('needs no WebSocket to be there', () => {
  vi.stubGlobal('WebSocket', undefined);
  expect(renderToString(page())).toContain('idle');
});
