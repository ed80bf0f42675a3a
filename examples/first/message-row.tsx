// One message as it was said.
import type { Message } from './contract.js';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export function MessageRow({ message, isOwn = false }: { readonly message: Message; readonly isOwn?: boolean }) {
  return (
    <li className={isOwn ? 'row own' : 'row'}>
      <p className="byline">
        <b>{message.author}</b>
        <time dateTime={new Date(message.at).toISOString()}>{CLOCK.format(message.at)}</time>
      </p>
      <p className="text">{message.text}</p>
    </li>
  );
}
