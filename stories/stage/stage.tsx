// A client of a server, and a panel with what can be done to both: around every hook and every pattern. Not a story.
import { RealtimeProvider, type ClientSettings } from 'holdfast';
import type { ReactNode } from 'react';
import { api, type StageApi } from './contract.js';
import { FaultPanel } from './fault-panel.js';
import { OpenPlace, usePlace } from './open-place.js';
import { SELF } from './place.js';
import './stage.css';

/** How a page reaches the server. */
export type Connection = Pick<ClientSettings, 'url' | 'auth' | 'world' | 'WebSocket'>;
const asItIs = (connection: Connection): Connection => connection;

export interface SetProps {
  readonly children: ReactNode;
  /** Buttons of this story, above what it shows. */
  readonly controls?: ReactNode;
  readonly settings?: Partial<ClientSettings> | undefined;
  /** Stands between the page and the server. */
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
  return (
    <OpenPlace contract={props.contract}>
      <Page {...props} />
    </OpenPlace>
  );
}

function Page({ contract = api, children, controls, settings, through = asItIs }: SetProps) {
  const place = usePlace();
  return (
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
  );
}
