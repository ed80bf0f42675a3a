// Everything that can go wrong between a page and its server, one button each: the same panel in every story. Not a story.
import { useConnectionStatus } from 'holdfast';
import { useId, useState, type ReactNode } from 'react';
import { usePlace } from './open-place.js';
import { SELF, type FaultName } from './place.js';
import { usePlaceState } from './use-place-state.js';

export function FaultPanel() {
  const place = usePlace();
  const { server, problem } = usePlaceState();
  const reasons = useId();
  const missing = [...new Set(Object.values(place.missing))];
  return (
    <div className="panel faults" role="group" aria-label="Break it">
      <div className="row">
        <h2>Break it</h2>
        <StatusPill />
        {server !== 'up' && <span className="pill" data-tone="warn">server {server}</span>}
        <Time />
      </div>
      <div className="row">
        <FaultButton name="cut" reasons={reasons} onClick={() => place.cut(SELF)}>Cut the sockets</FaultButton>
        <FaultButton name="cutOne" reasons={reasons} onClick={() => place.cutOne(SELF)}>Cut one link</FaultButton>
        <FaultButton name="silence" reasons={reasons} onClick={() => place.silence(SELF)}>Silence them</FaultButton>
        <FaultButton name="freeze" reasons={reasons} onClick={place.freeze} isDisabled={server !== 'up'}>Freeze the server 15 s</FaultButton>
        <Cable reasons={reasons} />
        <Power reasons={reasons} />
      </div>
      <div className="row">
        <Closing reasons={reasons} />
        <Latency reasons={reasons} />
      </div>
      {missing.length > 0 && <p className="hint" id={reasons}>{missing.join(' ')}</p>}
      {problem !== null && <p className="notice" data-tone="bad" role="alert">{problem}</p>}
    </div>
  );
}

interface FaultButtonProps {
  readonly name: FaultName;
  /** Id of the sentence that says what cannot be had here. */
  readonly reasons: string;
  readonly onClick: () => void;
  readonly isDisabled?: boolean;
  /** The fault lasts, and this button ends it. */
  readonly isOn?: boolean;
  readonly children: ReactNode;
}

function FaultButton({ name, reasons, onClick, isDisabled = false, isOn = false, children }: FaultButtonProps) {
  const isMissing = usePlace().missing[name] !== undefined;
  return (
    <button type="button" onClick={onClick} disabled={isMissing || isDisabled} data-on={isOn || undefined} aria-describedby={isMissing ? reasons : undefined}>
      {children}
    </button>
  );
}

function Cable({ reasons }: { readonly reasons: string }) {
  const place = usePlace();
  const isOut = usePlaceState().unplugged.includes(SELF);
  return (
    <FaultButton name="cable" reasons={reasons} isOn={isOut} onClick={() => (isOut ? place.plug(SELF) : place.unplug(SELF))}>
      {isOut ? 'Plug it in' : 'Pull the cable'}
    </FaultButton>
  );
}

function Power({ reasons }: { readonly reasons: string }) {
  const place = usePlace();
  const isDown = usePlaceState().server === 'down';
  return (
    <FaultButton name="kill" reasons={reasons} isOn={isDown} isDisabled={isDown && place.kind === 'live'} onClick={isDown ? place.start : place.kill}>
      {isDown ? 'Start the server' : 'Kill the server'}
    </FaultButton>
  );
}

/** One of each policy that a close code can ask for. */
const CLOSINGS = [
  { code: 1012, reason: 'restart', means: 'service restart: come back' },
  { code: 4001, reason: 'silent', means: 'given up: come back and resume' },
  { code: 4201, reason: 'retry-after=4000', means: 'too much: come back in 4 s' },
  { code: 4301, reason: 'token expired', means: 'a fresh token first' },
  { code: 4401, reason: 'incompatible', means: 'stay away' },
] as const;

function Closing({ reasons }: { readonly reasons: string }) {
  const place = usePlace();
  const [index, setIndex] = useState(0);
  const { code, reason } = CLOSINGS[index] ?? CLOSINGS[0];
  return (
    <div className="row joined">
      <select aria-label="Close code" value={index} disabled={place.missing.close !== undefined} onChange={(event) => setIndex(Number(event.target.value))}>
        {CLOSINGS.map(({ code: one, means }, at) => <option key={one} value={at}>{one} – {means}</option>)}
      </select>
      <FaultButton name="close" reasons={reasons} onClick={() => place.close(code, reason)}>Close with {code}</FaultButton>
    </div>
  );
}

const LATENCIES = [20, 200, 1_000, 3_000] as const;

function Latency({ reasons }: { readonly reasons: string }) {
  const place = usePlace();
  const { latencyMs } = usePlaceState();
  const isMissing = place.missing.latency !== undefined;
  return (
    <label className="row">
      Latency{' '}
      <select value={latencyMs} disabled={isMissing} aria-describedby={isMissing ? reasons : undefined} onChange={(event) => place.setLatency(Number(event.target.value))}>
        {LATENCIES.map((ms) => <option key={ms} value={ms}>{ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`}</option>)}
      </select>
    </label>
  );
}

function Time() {
  const place = usePlace();
  const { seconds, isSkipping } = usePlaceState();
  if (place.missing.skip !== undefined) return null;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return (
    <div className="row time">
      <span className="hint">
        simulated time <time>{String(minutes).padStart(2, '0')}:{String(rest).padStart(2, '0')}</time>
      </span>
      <button type="button" disabled={isSkipping} onClick={() => place.skip(10_000)}>Skip 10 s</button>
      <button type="button" disabled={isSkipping} onClick={() => place.skip(60_000)}>Skip 1 min</button>
    </div>
  );
}

const TONES = { idle: undefined, connecting: 'warn', connected: 'good', reconnecting: 'warn', disconnected: 'bad' } as const;

/** What the connection around it does, in a word. */
export function StatusPill() {
  const { status, isSuspect } = useConnectionStatus();
  return (
    <span className="pill" role="status" data-tone={isSuspect ? 'warn' : TONES[status]}>
      {isSuspect ? 'no answer …' : status}
    </span>
  );
}
