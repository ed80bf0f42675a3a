/** What lies between a client and the site during one run: it decides what each attempt and each token request meets. Not a test. */
import { WebSocket } from 'ws';
import type { WebSocketClass } from '../../src/browser/attempt-socket.js';
import { RealtimeError } from '../../src/core/errors.js';
import type { SeededDice } from '../../src/testing/seeded-dice.js';
import type { Site, Weather } from './site.js';

export type TokenOffice = 'fair' | 'bad' | 'throws' | 'hangs' | 'final';

export interface Road {
  readonly run: number;
  readonly dice: SeededDice;
  weather: Weather;
  office: TokenOffice;
  /** For the client to open its sockets with. */
  readonly Impl: WebSocketClass;
  token(): Promise<string>;
  /** Every socket of the run that could be made. */
  readonly made: readonly WebSocket[];
  /** How often one was made for a link that had another one connecting or open. */
  readonly doubled: number;
  readonly site: Site;
}

export function openRoad(run: number, dice: SeededDice, site: Site): Road {
  const made: WebSocket[] = [];
  const links = new WeakMap<WebSocket, string>();
  let doubled = 0;

  class RoadSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      const link = new URL(url).searchParams.get('link') ?? '0';
      super(site.address(run, link, road.weather), protocols);
      if (made.some((other) => links.get(other) === link && other.readyState <= WebSocket.OPEN)) doubled += 1;
      links.set(this, link);
      made.push(this);
    }
  }

  const road: Road = {
    run,
    dice,
    weather: 'fair',
    office: 'fair',
    Impl: RoadSocket as unknown as WebSocketClass,
    async token() {
      switch (road.office) {
        case 'fair':
          return `user-${run}`;
        case 'bad':
          return 'bad';
        case 'throws':
          throw new Error('the token office is closed');
        case 'final':
          throw new RealtimeError('unauthorized', 'Signed out.');
        case 'hangs':
          return new Promise(() => undefined);
      }
    },
    made,
    get doubled() {
      return doubled;
    },
    site,
  };
  return road;
}
