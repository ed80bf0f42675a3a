// What Ben, who is somewhere else and has a link of his own, does when he is asked to. Not a story.
import { useCommand } from 'holdfast';
import { useState } from 'react';
import { api } from './contract.js';
import { usePlace } from './open-place.js';
import { Person } from './person.js';

/** A button that lets Ben say something. */
export function BenSpeaks() {
  return (
    <Person name="Ben">
      <Speak />
    </Person>
  );
}

function Speak() {
  const { id } = usePlace();
  const { send } = useCommand(api.commands.say);
  const [count, setCount] = useState(0);
  const speak = (): void => {
    send({ room: id, author: 'Ben', text: `number ${count + 1}` });
    setCount(count + 1);
  };
  return <button type="button" onClick={speak}>Ben says something</button>;
}
