// The connection in words: what it is, why, since when, and what can be done about it. Every text has its place, so nothing moves when one comes.
import { useConnectionMetrics, useConnectionStatus, type ConnectionStatus } from 'holdfast';
import { secondsLeft } from './format.js';
import { reasonInWords, STATUS_WORDS } from './in-words.js';
import { useNow } from './sampled.js';

const TONES: Readonly<Record<ConnectionStatus['status'], string>> = { idle: '', connecting: 'warn', connected: 'good', reconnecting: 'warn', disconnected: 'bad' };

export function Connection() {
  const { status, reason, attempt, nextRetryAt, isSuspect, reconnect, disconnect } = useConnectionStatus();
  const isOverdue = status === 'connected' && isSuspect;
  return (
    <section className="connection" aria-label="Connection">
      <p className="pill" data-tone={isOverdue ? 'warn' : TONES[status]} role="status" data-testid="connection-status">
        {isOverdue ? 'Overdue' : STATUS_WORDS[status]}
      </p>
      <p className="connection-detail" data-testid="connection-reason">
        {isOverdue ? 'Nothing heard for too long: asking.' : reason !== null ? reasonInWords(reason) : status === 'connected' && <RoundTrip />}{' '}
        {status !== 'connected' && attempt > 0 && (
          <span className="figure">
            Attempt {attempt}
            {nextRetryAt !== null && <Countdown until={nextRetryAt} />}
          </span>
        )}
      </p>
      <div className="connection-acts">
        <button type="button" onClick={reconnect} disabled={status === 'connected' && !isSuspect}>
          Reconnect now
        </button>
        <button type="button" onClick={disconnect} disabled={status === 'disconnected' && reason?.kind === 'asked'}>
          Disconnect
        </button>
      </div>
    </section>
  );
}

/** The round trip to the server, by its own heartbeat. */
function RoundTrip() {
  const { rttMs } = useConnectionMetrics();
  return (
    <>
      Round trip <span className="figure" data-testid="rtt">{rttMs === null ? 'not measured yet' : `${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`}</span>
    </>
  );
}

/** Counts by itself, so that nothing else renders for it. */
function Countdown({ until }: { readonly until: number }) {
  return <>, next in {secondsLeft(until, useNow())} s</>;
}
