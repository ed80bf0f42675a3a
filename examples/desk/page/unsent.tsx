// Whether something of yours has not reached the server yet: here, and in the tab's title. The browser asks before the page is closed meanwhile (`warnOnUnsent`).
import { useOutbox } from 'holdfast';
import { useEffect } from 'react';

const TITLE = 'Holdfast desk';

export function Unsent() {
  const pending = useOutbox((outbox) => outbox.pending);
  useEffect(() => {
    document.title = pending === 0 ? TITLE : `(${pending} unsent) ${TITLE}`;
  }, [pending]);
  return (
    <p className="pill unsent" data-tone={pending === 0 ? undefined : 'warn'} data-testid="unsent">
      {pending === 0 ? 'All sent' : `${pending} unsent`}
    </p>
  );
}
