// A hole in what this page has seen, in words. The library never hides one.
import type { Gap } from 'holdfast';
import { GAP_WORDS } from './in-words.js';
import { keepFocus } from './keep-focus.js';

export function GapNotice({ what, gap, onRead }: { readonly what: string; readonly gap: Gap; readonly onRead: () => void }) {
  return (
    <div className="notice" role="status" data-testid={`gap-${what.toLowerCase()}`}>
      <p>
        <b>Gap in {what}.</b> {GAP_WORDS[gap.reason]}
      </p>
      <button
        type="button"
        onClick={(event) => {
          keepFocus(event);
          onRead();
        }}
      >
        I have read it
      </button>
    </div>
  );
}
