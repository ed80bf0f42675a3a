// A place to say something. It tells the room that somebody types, at most every two seconds, and never waits for it.
import { usePublish } from 'holdfast';
import { useRef, type FormEvent } from 'react';
import { api, MAX_LENGTH } from '../contract.js';
import { SAID_EVERY_MS } from './typing.js';

interface ComposerProps {
  readonly room: string;
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly onSay: (text: string) => void;
}

export function Composer({ room, draft, onDraft, onSay }: ComposerProps) {
  const publish = usePublish(api.channels.room, { id: room });
  const saidAt = useRef(0);
  const type = (text: string) => {
    onDraft(text);
    if (text === '') return stop();
    if (Date.now() - saidAt.current < SAID_EVERY_MS) return;
    saidAt.current = Date.now();
    publish('typing', { isTyping: true });
  };
  const stop = () => {
    if (saidAt.current === 0) return;
    saidAt.current = 0;
    publish('typing', { isTyping: false });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = draft.trim();
    if (text === '') return;
    onSay(text);
    onDraft('');
    stop();
  };
  return (
    <form className="composer" onSubmit={submit}>
      <label className="field">
        <span className="visually-hidden">Message to the {room}</span>
        <input value={draft} onChange={(event) => type(event.target.value)} onBlur={stop} maxLength={MAX_LENGTH} placeholder="Say something" autoComplete="off" />
      </label>
      <button type="submit">Send</button>
    </form>
  );
}
