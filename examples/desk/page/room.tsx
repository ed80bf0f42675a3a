// One room: what was said, what is on its way, who is typing, and a place to say something. Or why none of it is here.
import { useChannel } from 'holdfast';
import { messages } from '../contract.js';
import { Forbidden } from './forbidden.js';
import { GapNotice } from './gap-notice.js';
import { errorInWords } from './in-words.js';
import { Messages } from './messages.js';
import { Speak } from './speak.js';
import { Typing } from './typing.js';

interface RoomProps {
  readonly room: string;
  readonly title: string;
  readonly onLeave: () => void;
}

export function Room({ room, title, onLeave }: RoomProps) {
  // Without the messages themselves: they render where they are shown, and so does what is typed.
  const { status, error, gap, isStale, resync } = useChannel(messages, { params: { id: room }, select: () => null });
  if (error?.code === 'forbidden') return <Forbidden title={title} onLeave={onLeave} />;
  return (
    <>
      {error && <p className="notice" data-tone="bad" role="alert">{errorInWords(error)}</p>}
      {gap && <GapNotice what="chat" gap={gap} onRead={resync} />}
      <Messages room={room} isPending={status === 'pending'} isStale={isStale} />
      <Typing room={room} />
      <Speak room={room} />
    </>
  );
}
