// The newest events of a feed as a picture: one cell each, in the order of their numbers. Not a story.
import type { Mark } from './tally.js';

const WORDS: Readonly<Record<Mark, string>> = { live: 'came at once', late: 'came later', missing: 'never came', gap: 'gap, told' };
const KINDS: readonly Mark[] = ['live', 'late', 'gap', 'missing'];

export function Strip({ marks }: { readonly marks: readonly Mark[] }) {
  const counted = KINDS.map((kind) => ({ kind, count: marks.filter((mark) => mark === kind).length }));
  return (
    <figure className="strip">
      <div role="img" aria-label={`Of the newest ${marks.length}: ${counted.map(({ kind, count }) => `${count} ${WORDS[kind]}`).join(', ')}`}>
        {/* Cells have no identity of their own. */}
        {marks.map((mark, index) => <i key={index} data-mark={mark} />)}
      </div>
      <figcaption>
        {counted.map(({ kind, count }) => (
          <span key={kind}>
            <i data-mark={kind} /> {count} {WORDS[kind]}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
