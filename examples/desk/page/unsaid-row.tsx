// A message that was not said, or of which nobody can say; why, and what can be done with it.
import type { MouseEvent } from 'react';
import { errorInWords } from './in-words.js';
import { keepFocus } from './keep-focus.js';
import type { Unsaid } from './say.js';

interface UnsaidRowProps {
  readonly one: Unsaid;
  readonly onEdit: (text: string) => void;
  readonly onForget: () => void;
}

export function UnsaidRow({ one: { text, error }, onEdit, onForget }: UnsaidRowProps) {
  const discard = (event: MouseEvent<HTMLElement>) => {
    keepFocus(event);
    onForget();
  };
  const edit = (event: MouseEvent<HTMLElement>) => {
    onEdit(text);
    discard(event);
  };
  const isUnknown = error.code === 'outcome-unknown';
  return (
    <li className="notice" data-tone={isUnknown ? undefined : 'bad'} data-testid="unsaid">
      <p role="alert">
        <b>“{text}”</b> {errorInWords(error)} {isUnknown && 'Others may have read it; it is not sent again by itself.'}
      </p>
      <div className="acts">
        <button type="button" onClick={edit} aria-label={`Edit: ${text}`}>Edit</button>
        <button type="button" onClick={discard} aria-label={`Discard: ${text}`}>Discard</button>
      </div>
    </li>
  );
}
