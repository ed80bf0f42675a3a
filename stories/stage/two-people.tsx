// Two people, two clients, one server, and a cable each. Not a story: what the opening story shows.
import { useChannel, useCommand } from 'holdfast';
import { useState, type FormEvent } from 'react';
import { api, messages } from './contract.js';
import { StatusPill } from './fault-panel.js';
import { OpenPlace, usePlace } from './open-place.js';
import { Person } from './person.js';
import { usePlaceState } from './use-place-state.js';
import './stage.css';

export function TwoPeople() {
  return (
    <OpenPlace>
      <article className="stage" data-kind="people">
        <Side name="Ada" />
        <Side name="Ben" />
        <Power />
      </article>
    </OpenPlace>
  );
}

function Power() {
  const place = usePlace();
  const isDown = usePlaceState().server === 'down';
  return (
    <div className="row side-foot">
      <button type="button" disabled={isDown && place.kind === 'live'} onClick={isDown ? place.start : place.kill}>
        {isDown ? 'Start the server' : 'Kill the server'}
      </button>
      <p className="hint">{isDown ? 'What is sent now waits in each outbox.' : 'It keeps everything in memory: killed, it forgets.'}</p>
    </div>
  );
}

function Side({ name }: { readonly name: string }) {
  const isCut = usePlaceState().unplugged.includes(name);
  return (
    <Person name={name}>
      <div role="group" aria-label={name} className="panel side" data-cut={isCut || undefined}>
        <div className="row side-head">
          <h2>{name}</h2>
          <StatusPill />
          <Cable name={name} isOut={isCut} />
        </div>
        <Room name={name} />
      </div>
    </Person>
  );
}

function Cable({ name, isOut }: { readonly name: string; readonly isOut: boolean }) {
  const place = usePlace();
  // No page can pull the cable of the machine that it runs on; a supervisor can make its sockets fall silent.
  if (place.missing.cable !== undefined) return <button type="button" onClick={() => place.silence(name)}>Silence the sockets</button>;
  return (
    <button type="button" data-on={isOut || undefined} onClick={() => (isOut ? place.plug(name) : place.unplug(name))}>
      {isOut ? 'Plug it in' : 'Pull the cable'}
    </button>
  );
}

function Room({ name }: { readonly name: string }) {
  const room = usePlace().id;
  const { data, gap, resync } = useChannel(messages, { params: { id: room } });
  const say = useCommand(api.commands.say);
  const [text, setText] = useState('');
  const send = (event: FormEvent): void => {
    event.preventDefault();
    say.send({ room, author: name, text });
    setText('');
  };
  return (
    <>
      {gap && (
        <p className="notice" role="alert">
          The server lost what was said before. <button type="button" onClick={resync}>I see</button>
        </p>
      )}
      <ol className="said" aria-label={`What ${name} sees`}>
        {data.map((message) => (
          <li key={message.id}>
            <b>{message.author}</b> {message.text}
          </li>
        ))}
      </ol>
      <p className="hint progress" aria-live="polite" data-testid="progress">
        {say.status === 'queued' && 'waiting in the outbox'}
        {say.status === 'sent' && 'sent, not yet answered'}
        {say.status === 'error' && say.error.message}
      </p>
      <form onSubmit={send} className="row">
        <input aria-label={`Message of ${name}`} placeholder={`${name} says …`} value={text} onChange={(event) => setText(event.target.value)} required />
        <button type="submit">Send</button>
      </form>
    </>
  );
}
