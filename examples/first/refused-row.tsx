// A message that was not said, why, and what can be done with it.
import { commandInWords } from './in-words.js';
import type { Refused } from './post.js';

interface RefusedRowProps {
  readonly refused: Refused;
  readonly onEdit: (text: string) => void;
  readonly onForget: () => void;
}

export function RefusedRow({ refused: { input, error }, onEdit, onForget }: RefusedRowProps) {
  const edit = () => {
    onEdit(input.text);
    onForget();
  };
  return (
    <li className="row own pending" data-status="error">
      <p className="byline">
        <b>{input.author}</b>
      </p>
      <p className="text">{input.text}</p>
      <p className="problem" role="alert">{commandInWords(error)}</p>
      <p className="actions">
        <button type="button" className="quiet" onClick={edit}>Edit</button>
        <button type="button" className="quiet" onClick={onForget}>Discard</button>
      </p>
    </li>
  );
}
