// The connection in words: what it is, why, and what can be done about it.
import { useConnectionStatus, type ConnectionStatus } from 'holdfast';
import { useEffect, useState } from 'react';

const TONES: Readonly<Record<ConnectionStatus['status'], string>> = { idle: 'warn', connecting: 'warn', connected: 'good', reconnecting: 'warn', disconnected: 'bad' };
const WORDS: Readonly<Record<ConnectionStatus['status'], string>> = {
  idle: 'Connecting',
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  disconnected: 'Disconnected',
};

export function ConnectionBar() {
  const { status, reason, attempt, nextRetryAt, isSuspect, reconnect } = useConnectionStatus();
  return (
    <div className="connection">
      <p className="pill" role="status" data-tone={TONES[status]}>
        {WORDS[status]}
      </p>
      {isSuspect && <p className="detail">The server is slow to answer</p>}
      {reason && (
        <>
          <p className="detail">
            {reason.message} {attempt > 0 && `Attempt ${attempt}`}
            {nextRetryAt !== null && <Countdown until={nextRetryAt} />}
          </p>
          <button type="button" onClick={reconnect}>
            Reconnect now
          </button>
        </>
      )}
    </div>
  );
}

/** Counts the seconds down by itself, so that nothing else renders for it. */
function Countdown({ until }: { readonly until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return <>, next in {Math.max(0, Math.ceil((until - now) / 1000))} s</>;
}
