// Says that the connection is away only when it has been away for a while: most losses are over before anybody could read it. It lies over the page and moves nothing.
import { useConnectionListener } from 'holdfast';
import { useState } from 'react';
import { reasonInWords } from './in-words.js';

const LOST_AFTER_MS = 5_000;

export function Banner() {
  const [text, setText] = useState('');
  useConnectionListener({
    lostAfterMs: LOST_AFTER_MS,
    onLost: () => setText('The connection is away. What you see may be behind; what you do is kept and sent when it is back.'),
    onRestored: () => setText(''),
    onFailed: (reason) => setText(`The connection stays away. ${reasonInWords(reason)}`),
  });
  // The region is always there: a screen reader announces only what comes into a region that it knows.
  return (
    <div className="banner" role="status" data-testid="banner" data-shown={text !== ''}>
      {text !== '' && (
        <div className="banner-box">
          <p>{text}</p>
          <button type="button" onClick={() => setText('')}>
            Hide
          </button>
        </div>
      )}
    </div>
  );
}
