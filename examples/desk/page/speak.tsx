// A place to say something, and what of it was not said. What is typed renders this part and nothing else of the page.
import { useState } from 'react';
import { Composer } from './composer.js';
import { useSay } from './say.js';
import { UnsaidRow } from './unsaid-row.js';

export function Speak({ room }: { readonly room: string }) {
  const [draft, setDraft] = useState('');
  const { say, unsaid, forget } = useSay(room);
  return (
    <>
      {unsaid.length > 0 && (
        <ul className="rows" aria-label="Messages that were not said">
          {unsaid.map((one) => (
            <UnsaidRow key={one.id} one={one} onEdit={setDraft} onForget={() => forget(one)} />
          ))}
        </ul>
      )}
      <Composer room={room} draft={draft} onDraft={setDraft} onSay={say} />
    </>
  );
}
