// Who is typing. Nobody keeps such events, so each is believed for a while and then forgotten by itself.
import { useChannel } from 'holdfast';
import { useEffect, useState } from 'react';
import { api } from '../contract.js';
import { markGap } from './watch.js';

/** Longer than it takes somebody who goes on typing to say so again. */
const BELIEVED_MS = 5_000;

export function Typing({ room }: { readonly room: string }) {
  const [until, setUntil] = useState<ReadonlyMap<string, number>>(new Map());
  useChannel(api.channels.room, {
    params: { id: room },
    onVolatile({ by = 'Somebody', data }) {
      setUntil((all) => {
        const others = [...all].filter(([name]) => name !== by);
        return new Map(data.isTyping ? [...others, [by, Date.now() + BELIEVED_MS]] : others);
      });
    },
    // Who has said it is not typing it any more, if the word of that was lost.
    onEvent: ({ by }) => setUntil((all) => (by !== undefined && all.has(by) ? new Map([...all].filter(([name]) => name !== by)) : all)),
    onGap: (gap) => markGap('chat', gap),
  });
  useEffect(() => {
    if (until.size === 0) return;
    const forget = () => setUntil((all) => new Map([...all].filter(([, end]) => end > Date.now())));
    const timer = setTimeout(forget, Math.min(...until.values()) - Date.now() + 10);
    return () => clearTimeout(timer);
  }, [until]);
  return <p className="typing hint" data-testid="typing">{inWords([...until.keys()])}</p>;
}

function inWords(names: readonly string[]): string {
  if (names.length === 0) return '';
  if (names.length > 2) return 'Several people are typing …';
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing …`;
}
