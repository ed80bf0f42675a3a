// One room: what was said, what is on its way, who is typing, and a place to say something. Or why none of it is here.
import { useChannel } from 'holdfast';
import { useState } from 'react';
import { api, messages } from '../contract.js';
import { Composer } from './composer.js';
import { Forbidden } from './forbidden.js';
import { GapNotice } from './gap-notice.js';
import { errorInWords } from './in-words.js';
import { Messages } from './messages.js';
import { UnsaidRow } from './unsaid-row.js';
import { useSay } from './say.js';
import { useTyping } from './typing.js';
import { markGap } from './watch.js';

interface RoomProps {
  readonly room: string;
  readonly title: string;
  /** A room that nobody has opened yet is not subscribed. */
  readonly isOpen: boolean;
  readonly onLeave: () => void;
}

export function Room({ room, title, isOpen, onLeave }: RoomProps) {
  const [draft, setDraft] = useState('');
  const enabled = isOpen || room === 'floor';
  // Without the messages themselves: they render where they are shown.
  const { status, error, gap, isStale, resync } = useChannel(messages, { params: { id: room }, enabled, select: () => null });
  const { typing, onVolatile } = useTyping();
  useChannel(api.channels.room, { params: { id: room }, enabled, onVolatile, onGap: (told) => markGap('chat', told) });
  const { say, unsaid, forget } = useSay(room);

  if (error?.code === 'forbidden') return <Forbidden title={title} onLeave={onLeave} />;
  return (
    <>
      {error && <p className="notice" data-tone="bad" role="alert">{errorInWords(error)}</p>}
      {gap && <GapNotice what="chat" gap={gap} onRead={resync} />}
      <Messages room={room} isPending={status === 'pending'} isStale={isStale} enabled={enabled} />
      {unsaid.length > 0 && (
        <ul className="rows" aria-label="Messages that were not said">
          {unsaid.map((one) => (
            <UnsaidRow key={one.id} one={one} onEdit={setDraft} onForget={() => forget(one)} />
          ))}
        </ul>
      )}
      <p className="typing hint" data-testid="typing">{typing}</p>
      <Composer room={room} draft={draft} onDraft={setDraft} onSay={say} />
    </>
  );
}
