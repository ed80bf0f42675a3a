// Two rooms as tabs: one for everybody, and one that this page may not enter.
import { useRef, useState, type KeyboardEvent } from 'react';
import { Room } from './room.js';

const ROOMS = [
  { id: 'floor', title: 'Floor' },
  { id: 'board', title: 'Board room' },
] as const;

export function Chat() {
  const [open, setOpen] = useState<string>('floor');
  const tabs = useRef<HTMLDivElement>(null);
  const enter = (id: string) => {
    setOpen(id);
    tabs.current?.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  };
  /** Arrows, Home and End move between tabs, as people know it; Tab goes on into the room. */
  const move = (event: KeyboardEvent) => {
    const at = ROOMS.findIndex(({ id }) => id === open);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ROOMS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const room = ROOMS.at(to % ROOMS.length) ?? ROOMS[0];
    enter(room.id);
  };
  return (
    <section className="panel chat" aria-labelledby="chat-title">
      <div className="panel-head">
        <h2 id="chat-title" tabIndex={-1}>Chat</h2>
        <div className="tabs" role="tablist" aria-label="Rooms" ref={tabs} onKeyDown={move}>
          {ROOMS.map(({ id, title }) => (
            <button key={id} type="button" role="tab" id={`tab-${id}`} aria-controls={`room-${id}`} aria-selected={id === open} tabIndex={id === open ? 0 : -1} onClick={() => setOpen(id)}>
              {title}
            </button>
          ))}
        </div>
      </div>
      {ROOMS.map(({ id, title }) => (
        <div key={id} role="tabpanel" className="room" id={`room-${id}`} aria-labelledby={`tab-${id}`} hidden={id !== open}>
          {/* The floor is listened to all the time; the board room is asked for when somebody opens it. */}
          {(id === 'floor' || id === open) && <Room room={id} title={title} onLeave={() => enter('floor')} />}
        </div>
      ))}
    </section>
  );
}
