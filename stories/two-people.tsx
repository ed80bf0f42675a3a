// Two people, two clients, one server, and a cable each. Not a story: what the stories show.
import { RealtimeProvider, useChannel, useCommand, useConnectionStatus } from 'holdfast';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { api, createTown, HOST, messages, type Town } from './simulated-town.js';
import './town.css';

export function TwoPeople() {
  const [town] = useState(createTown);
  const [isUp, setUp] = useState(true);
  useEffect(() => town.run(), [town]);
  const killOrStart = (): void => {
    if (isUp) town.server.kill();
    else town.server.start();
    setUp(!isUp);
  };
  return (
    <div className="town">
      <Side town={town} name="Ada" />
      <Side town={town} name="Ben" />
      <footer>
        <button type="button" onClick={killOrStart}>
          {isUp ? 'Kill the server' : 'Start the server'}
        </button>
        <p>{isUp ? 'It keeps everything in memory: killed, it forgets.' : 'What is sent now waits in each outbox.'}</p>
      </footer>
    </div>
  );
}

function Side({ town, name }: { readonly town: Town; readonly name: string }) {
  const heal = useRef<(() => void) | null>(null);
  const [isCut, setCut] = useState(false);
  const pullOrPlug = (): void => {
    if (heal.current === null) heal.current = town.world.network.partition({ client: name });
    else {
      heal.current();
      heal.current = null;
      town.world.client(name).signal('online');
    }
    setCut(!isCut);
  };
  return (
    <RealtimeProvider url={`ws://${HOST}/realtime`} contract={api} auth={() => name} world={town.world.client(name)}>
      <section aria-label={name} className={isCut ? 'side cut' : 'side'}>
        <header>
          <h2>{name}</h2>
          <Status />
          <button type="button" onClick={pullOrPlug} aria-pressed={isCut}>
            {isCut ? 'Plug it in' : 'Pull the cable'}
          </button>
        </header>
        <Room name={name} />
      </section>
    </RealtimeProvider>
  );
}

function Status() {
  const { status, isSuspect } = useConnectionStatus();
  return (
    <p role="status" data-status={isSuspect ? 'suspect' : status}>
      {isSuspect ? 'no answer …' : status}
    </p>
  );
}

function Room({ name }: { readonly name: string }) {
  const { data, gap, resync } = useChannel(messages, { params: { id: 1 } });
  const say = useCommand(api.commands.say);
  const [text, setText] = useState('');
  const send = (event: FormEvent): void => {
    event.preventDefault();
    say.send({ author: name, text });
    setText('');
  };
  return (
    <>
      {gap && (
        <p className="gap" role="alert">
          The server lost what was said before. <button type="button" onClick={resync}>I see</button>
        </p>
      )}
      <ol aria-label={`What ${name} sees`}>
        {data.map((message) => (
          <li key={message.id}>
            <b>{message.author}</b> {message.text}
          </li>
        ))}
      </ol>
      <p className="progress" aria-live="polite" data-testid="progress">
        {say.status === 'queued' && 'waiting in the outbox'}
        {say.status === 'sent' && 'sent, not yet answered'}
        {say.status === 'error' && say.error.message}
      </p>
      <form onSubmit={send}>
        <input aria-label={`Message of ${name}`} value={text} onChange={(event) => setText(event.target.value)} required />
        <button type="submit">Send</button>
      </form>
    </>
  );
}
