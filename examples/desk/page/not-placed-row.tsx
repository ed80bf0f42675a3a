// An order that was not placed, or of which nobody can say; why, and what can be done.
import { useQuery } from 'holdfast';
import type { MouseEvent } from 'react';
import { api, MAX_HISTORY, type NewOrder } from '../contract.js';
import { applyToHistory } from './book-levels.js';
import { clockText, priceText } from './format.js';
import { orderInWords, placeErrorInWords } from './in-words.js';
import { keepFocus } from './keep-focus.js';
import { me } from './me.js';
import type { NotPlaced } from './place-order.js';

interface NotPlacedRowProps {
  readonly one: NotPlaced;
  readonly onAgain: (order: NewOrder) => void;
  readonly onForget: () => void;
}

export function NotPlacedRow({ one, onAgain, onForget }: NotPlacedRowProps) {
  const { input, error } = one;
  const dismiss = (event: MouseEvent<HTMLElement>) => {
    keepFocus(event);
    onForget();
  };
  const isUnknown = error.code === 'outcome-unknown';
  return (
    <li className="notice" data-tone={isUnknown ? undefined : 'bad'} data-testid="not-placed">
      <p role="alert">
        <b>{orderInWords(input)}.</b> {placeErrorInWords(error)} {isUnknown && <Truth one={one} />}
      </p>
      <div className="acts">
        {error.reason === 'farFromPrice' && (
          <button
            type="button"
            onClick={(event) => {
              onAgain({ ...input, cents: error.data.cents });
              dismiss(event);
            }}
          >
            Place at {priceText(error.data.cents)}
          </button>
        )}
        <button type="button" onClick={dismiss} aria-label={`Dismiss: ${orderInWords(input)}`}>
          Dismiss
        </button>
      </div>
    </li>
  );
}

/** Whether it was placed after all. The order's id is the command's, so the history knows. */
function Truth({ one }: { readonly one: NotPlaced }) {
  const filter = { trader: me.trader };
  const { data, isStale, isFetching } = useQuery(api.queries.history, { input: filter, follow: { channel: api.channels.orders, apply: applyToHistory(filter) } });
  if (data === undefined || isStale || isFetching) return 'Whether it was placed is being looked up …';
  const found = data.find(({ id }) => id === one.id);
  if (found !== undefined) return `It was placed at ${clockText(found.placedAt)}, and is ${found.status} now.`;
  // The history holds so many and no more: one that is older than all of them cannot be told.
  const oldest = data.at(-1);
  if (data.length >= MAX_HISTORY && oldest !== undefined && oldest.placedAt > one.at) return 'It is older than what the history shows: look into the order file.';
  return 'It is not in the order file, so it was not placed.';
}
