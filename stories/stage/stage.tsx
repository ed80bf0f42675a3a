// A client of a server, and a panel with what can be done to both: around every hook and every pattern. Not a story.
import { RealtimeProvider, type ClientSettings } from 'holdfast';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { api, type StageApi } from './contract.js';
import { FaultPanel } from './fault-panel.js';
import { createLivePlace } from './live-place.js';
import { NoLiveServer } from './no-live-server.js';
import type { StagePlace } from './place.js';
import { ServerContext } from './server-choice.js';
import { createSimulatedPlace } from './simulated-place.js';
import './stage.css';

const PlaceContext = createContext<StagePlace | null>(null);

/** Whose page the faults of the panel are done to. */
export const SELF = 'Ada';

/** The place around this part of a story. */
export function useStage(): StagePlace {
  const place = use(PlaceContext);
  if (place === null) throw new Error('This part of a story belongs into a <Stage>.');
  return place;
}

/** How a page reaches the server. */
export type Connection = Pick<ClientSettings, 'url' | 'auth' | 'world' | 'WebSocket'>;
const asItIs = (connection: Connection): Connection => connection;

export interface SetProps {
  readonly children: ReactNode;
  /** Buttons of this story, above what it shows. */
  readonly controls?: ReactNode;
  readonly settings?: Partial<ClientSettings> | undefined;
  /** Stands between the page and its world. */
  readonly through?: ((connection: Connection) => Connection) | undefined;
  readonly contract?: StageApi | undefined;
}

/** One hook on a stage. `tell`: what to try, and what is to be seen. */
export function Stage({ tell, ...set }: SetProps & { readonly tell: string }) {
  return (
    <article className="stage" data-kind="hook">
      <p className="stage-tell">{tell}</p>
      <StageSet {...set} />
    </article>
  );
}

/** The server, the panel, and what is shown. Another `key` is another stage. */
export function StageSet(props: SetProps) {
  const choice = use(ServerContext);
  if (choice.kind === 'simulated') return <OpenStage key="simulated" {...props} open={createSimulatedPlace} />;
  const { url } = choice;
  if (url === null) return <NoLiveServer />;
  return <OpenStage key="live" {...props} open={(contract) => createLivePlace(url, contract)} />;
}

function OpenStage({ open, contract = api, children, controls, settings, through = asItIs }: SetProps & { readonly open: (contract: StageApi) => StagePlace }) {
  const [place] = useState(() => open(contract));
  useEffect(() => place.run(), [place]);
  return (
    <PlaceContext value={place}>
      <RealtimeProvider {...through(place.connect(SELF))} contract={contract} onError={() => {}} {...settings}>
        <div className="stage-set">
          <FaultPanel />
          <div className="panel stage-shown" role="group" aria-label="Watch it">
            <div className="row">
              <h2>Watch it</h2>
              {controls}
            </div>
            {children}
          </div>
        </div>
      </RealtimeProvider>
    </PlaceContext>
  );
}

/** Somebody else, in a page of their own: nothing that the panel does to the sockets of Ada is done to theirs. */
export function Person({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const place = useStage();
  return (
    <RealtimeProvider {...place.connect(name)} contract={api} onError={() => {}}>
      {children}
    </RealtimeProvider>
  );
}

/** A place without a panel, for a story that has its own. */
export function OpenPlace({ children }: { readonly children: ReactNode }) {
  const choice = use(ServerContext);
  if (choice.kind === 'simulated') return <BarePlace key="simulated" open={() => createSimulatedPlace(api)}>{children}</BarePlace>;
  const { url } = choice;
  if (url === null) return <NoLiveServer />;
  return <BarePlace key="live" open={() => createLivePlace(url, api)}>{children}</BarePlace>;
}

function BarePlace({ open, children }: { readonly open: () => StagePlace; readonly children: ReactNode }) {
  const [place] = useState(open);
  useEffect(() => place.run(), [place]);
  return <PlaceContext value={place}>{children}</PlaceContext>;
}
