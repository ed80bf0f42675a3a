// Who is typing: told now and then, and heard. Nobody keeps such events, so each is believed for a while and then forgotten by itself.
import type { VolatileEventOf } from 'holdfast';
import { useEffect, useState } from 'react';
import type { api } from '../contract.js';

/** Somebody who types says so again after a while; one who is silent for much longer has stopped. */
const SAID_EVERY_MS = 2_000;
const BELIEVED_MS = 5_000;

type Typing = VolatileEventOf<typeof api.channels.room>;

export function useTyping() {
  const [until, setUntil] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (until.size === 0) return;
    const next = Math.min(...until.values());
    const timer = setTimeout(() => setUntil((all) => new Map([...all].filter(([, end]) => end > Date.now()))), next - Date.now() + 10);
    return () => clearTimeout(timer);
  }, [until]);
  const names = [...until.keys()];
  return {
    /** Empty if nobody is. */
    typing: names.length === 0 ? '' : names.length > 2 ? 'Several people are typing …' : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing …`,
    onVolatile({ by = 'Somebody', data }: Typing) {
      setUntil((all) => {
        const others = [...all].filter(([name]) => name !== by);
        return new Map(data.isTyping ? [...others, [by, Date.now() + BELIEVED_MS]] : others);
      });
    },
  };
}

/** Says that somebody types: at once, then every now and then, and when they stop. */
export function createTypist() {
  let saidAt = 0;
  return {
    type(tell: (isTyping: boolean) => void) {
      if (Date.now() - saidAt < SAID_EVERY_MS) return;
      saidAt = Date.now();
      tell(true);
    },
    stop(tell: (isTyping: boolean) => void) {
      if (saidAt === 0) return;
      saidAt = 0;
      tell(false);
    },
  };
}
