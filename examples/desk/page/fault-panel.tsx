// Buttons that do the real thing to the real server, each with what to watch for.
import { useSyncExternalStore } from 'react';
import { secondsLeft } from './format.js';
import { faults, FAULTS, type FaultButton } from './faults.js';
import { useNow } from './sampled.js';

const TONE = { up: 'good', frozen: 'warn', down: 'bad' } as const;

export function FaultPanel() {
  const { refused, server, running, problem } = useSyncExternalStore(faults.subscribe, faults.get);
  return (
    <section className="panel faults" aria-labelledby="faults-title">
      <div className="panel-head">
        <h2 id="faults-title" tabIndex={-1}>Break it</h2>
        <p className="pill" data-tone={server === null ? undefined : TONE[server.server]} data-testid="server-state">
          {server === null ? 'Server' : `Server ${server.server}`}
        </p>
      </div>
      <p className="hint figure" data-testid="server-detail">
        {server === null ? 'Done to the real server.' : `Done to the real server: process ${server.pid ?? '–'}, run ${server.run}, ${server.sockets} ${server.sockets === 1 ? 'socket' : 'sockets'}.`}
      </p>
      {refused !== null && <p className="notice" id="faults-refused">{refused}</p>}
      <ul className="fault-list">
        {FAULTS.map((fault) => (
          <FaultRow key={fault.key} fault={fault} until={running[fault.key] ?? 0} isRefused={refused !== null} />
        ))}
      </ul>
      {/* Always there, so that what comes into it is announced. */}
      <p className="problem" role="status">{problem}</p>
    </section>
  );
}

function FaultRow({ fault, until, isRefused }: { readonly fault: FaultButton; readonly until: number; readonly isRefused: boolean }) {
  return (
    <li className="fault">
      <button type="button" disabled={isRefused} onClick={() => void faults.press(fault)} aria-describedby={`watch-${fault.key}${isRefused ? ' faults-refused' : ''}`} data-testid={`fault-${fault.key}`}>
        {fault.title}
      </button>
      {until > 0 && <Left until={until} />}
      <p className="hint" id={`watch-${fault.key}`}>
        {fault.watch}
      </p>
    </li>
  );
}

/** How long there is still something to see. Only this ticks. */
function Left({ until }: { readonly until: number }) {
  const left = secondsLeft(until, useNow());
  return left > 0 && <p className="fault-left figure">{left} s</p>;
}
