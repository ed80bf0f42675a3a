// Who speaks and what is said. What is too long may be sent: the server refuses it, and the page shows how that looks.
import type { FormEvent } from 'react';
import { MAX_LENGTH } from './contract.js';

interface ComposerProps {
  readonly author: string;
  readonly onAuthor: (author: string) => void;
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly onPost: (text: string) => void;
}

export function Composer({ author, onAuthor, draft, onDraft, onPost }: ComposerProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPost(draft);
    onDraft('');
  };
  const left = MAX_LENGTH - draft.length;
  return (
    <form className="composer" onSubmit={submit}>
      <label>
        <span>Name</span>
        <input value={author} onChange={(event) => onAuthor(event.target.value)} placeholder="Anonymous" maxLength={24} autoComplete="nickname" />
      </label>
      <label className="say">
        <span>
          Message {left < 40 && <output className={left < 0 ? 'over' : ''}>{left}</output>}
        </span>
        <input value={draft} onChange={(event) => onDraft(event.target.value)} required autoComplete="off" autoFocus />
      </label>
      <button type="submit" className="primary">Send</button>
    </form>
  );
}
