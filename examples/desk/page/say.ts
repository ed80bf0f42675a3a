// Saying something: it shows at once, waits without a connection by itself, and comes back here if it was not said, or if nobody knows.
import { useCommand, type CommandError } from 'holdfast';
import { useState } from 'react';
import { api, messages } from '../contract.js';
import { me } from './me.js';
import { counted } from './proof.js';

export interface Unsaid {
  readonly id: string;
  readonly text: string;
  readonly error: CommandError<typeof api.commands.say>;
}

export function useSay(room: string) {
  const [unsaid, setUnsaid] = useState<readonly Unsaid[]>([]);
  const { send } = useCommand(api.commands.say, {
    optimistic: (local, input, id) =>
      local.view(messages, { id: input.room }, (list) =>
        // By its key: the message may be here already.
        list.some((message) => message.id === id) ? list : [...list, { id, author: me.trader, text: input.text, at: Date.now() }],
      ),
  });
  return {
    say(text: string) {
      const { id, result } = counted('Message', send({ room, text }));
      result.catch((error: Unsaid['error']) => {
        if (error.code !== 'cancelled') setUnsaid((others) => [...others, { id, text, error }]);
      });
    },
    unsaid,
    forget: (one: Unsaid) => setUnsaid((others) => others.filter((other) => other !== one)),
  };
}
