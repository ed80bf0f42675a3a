// Saying something: it shows at once, waits without a connection by itself, and comes back here if it was refused.
import { useCommand, type CommandError } from 'holdfast';
import { useState } from 'react';
import { api, messages, type NewMessage } from './contract.js';

export interface Refused {
  readonly id: string;
  readonly input: NewMessage;
  readonly error: CommandError<typeof api.commands.post>;
}

export function usePost(room: string) {
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const { send } = useCommand(api.commands.post, {
    // The command's id is the message's, so the message that comes from the server takes the place of this one.
    optimistic(local, input, id) {
      const message = { id, author: input.author, text: input.text, at: Date.now() };
      local.view(messages, { id: input.room }, (list) => [...list, message]);
    },
  });
  return {
    post(author: string, text: string) {
      const input = { room, author, text };
      const { id, result } = send(input);
      result.catch((error: Refused['error']) => {
        if (error.code !== 'cancelled') setRefused((others) => [...others, { id, input, error }]);
      });
    },
    refused,
    forget: (one: Refused) => setRefused((others) => others.filter((other) => other !== one)),
  };
}
