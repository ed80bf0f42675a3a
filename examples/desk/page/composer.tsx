// A place to say something. It tells the room that somebody types, at most every two seconds, and never waits for it.
import { usePublish } from 'holdfast';
import { useState, type FormEvent } from 'react';
import { api, MAX_LENGTH } from '../contract.js';
import { createTypist } from './typist.js';

interface ComposerProps {
  readonly room: string;
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly onSay: (text: string) => void;
}

export function Composer({ room, draft, onDraft, onSay }: ComposerProps) {
  const publish = usePublish(api.channels.room, { id: room });
  const [typist] = useState(() => createTypist());
  const tell = (isTyping: boolean) => publish('typing', { isTyping });
  const type = (text: string) => {
    onDraft(text);
    if (text === '') typist.stop(tell);
    else typist.type(tell);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = draft.trim();
    if (text === '') return;
    onSay(text);
    onDraft('');
    typist.stop(tell);
  };
  return (
    <form className="composer" onSubmit={submit}>
      <label className="field">
        <span className="visually-hidden">Message to the {room}</span>
        <input value={draft} onChange={(event) => type(event.target.value)} onBlur={() => typist.stop(tell)} maxLength={MAX_LENGTH} placeholder="Say something" autoComplete="off" />
      </label>
      <button type="submit">Send</button>
    </form>
  );
}
