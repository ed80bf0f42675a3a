// A hole in what this page has seen, in words. The library never hides one.
import type { Gap } from 'holdfast';

const WORDS: Readonly<Record<Gap['reason'], string>> = {
  epoch: 'The server was started again with an empty memory. What was said before is not there any more.',
  ahead: 'The server has gone back to an earlier state. The newest messages may be missing.',
  trimmed: 'You were away for longer than the server remembers. Some messages are missing.',
  limit: 'More was said than can be caught up with at once. Some messages are missing.',
  'no-resume': 'The server cannot say what you have missed. Some messages may be missing.',
  invalid: 'A message could not be read and was left out. Reload the page for its newest version.',
};

export function GapNotice({ gap, onClose }: { readonly gap: Gap; readonly onClose: () => void }) {
  return (
    <div className="notice" role="status">
      <p>{WORDS[gap.reason]}</p>
      <button type="button" onClick={onClose}>
        Understood
      </button>
    </div>
  );
}
