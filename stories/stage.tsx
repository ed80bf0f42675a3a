// One hook on a stage: a client of the simulated server around it, and a panel with what can be broken. Not a story.
import { RealtimeProvider, useConnectionStatus, type ClientSettings } from 'holdfast';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { api, createStageServer, HOST, type StageServer } from './stage-server.js';
import './town.css';

const Context = createContext<StageServer | null>(null);

/** The server behind the story, for the buttons of a story that let somebody else do something. */
export function useStage(): StageServer {
  const stage = use(Context);
  if (stage === null) throw new Error('This part of a story belongs into <Stage>.');
  return stage;
}

interface StageProps {
  /** What to try, and what is to be seen. */
  readonly tell: string;
  readonly children: ReactNode;
  /** Buttons of this story beside the faults. */
  readonly controls?: ReactNode;
  readonly settings?: Partial<ClientSettings>;
}

export function Stage({ tell, children, controls, settings }: StageProps) {
  const [stage] = useState(createStageServer);
  useEffect(() => stage.run(), [stage]);
  return (
    <Context value={stage}>
      <RealtimeProvider url={`ws://${HOST}/realtime`} contract={api} auth={() => 'Ada'} world={stage.world.client('Ada')} onError={() => {}} {...settings}>
        <div className="town stage">
          <p className="try">{tell}</p>
          <div className="panel">
            <Faults />
            {controls}
            <Status />
          </div>
          <section className="shown" aria-label="What the hook shows">
            {children}
          </section>
        </div>
      </RealtimeProvider>
    </Context>
  );
}

function Faults() {
  const { world, server } = useStage();
  const [heal, setHeal] = useState<(() => void) | null>(null);
  const [isUp, setUp] = useState(true);
  const pullOrPlug = (): void => {
    if (heal === null) {
      const cut = world.network.partition({ client: 'Ada' });
      return setHeal(() => cut);
    }
    heal();
    world.client('Ada').signal('online');
    setHeal(null);
  };
  const killOrStart = (): void => {
    if (isUp) server.kill();
    else server.start();
    setUp(!isUp);
  };
  return (
    <>
      <button type="button" aria-pressed={heal !== null} onClick={pullOrPlug}>
        {heal === null ? 'Pull the cable' : 'Plug it in'}
      </button>
      <button type="button" aria-pressed={!isUp} onClick={killOrStart}>
        {isUp ? 'Kill the server' : 'Start the server'}
      </button>
      <button type="button" onClick={() => server.close(1012, 'restart')}>
        Close with 1012
      </button>
    </>
  );
}

function Status() {
  const status = useConnectionStatus((connection) => (connection.isSuspect ? 'suspect' : connection.status));
  return (
    <p role="status" data-status={status}>
      {status === 'suspect' ? 'no answer …' : status}
    </p>
  );
}

/** Figures under a hook, by name. */
export function Figures(figures: Readonly<Record<string, string | number>>) {
  return (
    <dl className="figures">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={name}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A button that lets Ben, who is somewhere else, say something. */
export function BenSpeaks() {
  const stage = useStage();
  const [count, setCount] = useState(0);
  const speak = (): void => {
    stage.say(`number ${count + 1}`);
    setCount(count + 1);
  };
  return (
    <button type="button" onClick={speak}>
      Ben says something
    </button>
  );
}
