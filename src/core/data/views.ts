/** The views of a client: each is folded once, for all components that show it. Not here: how a view folds (`view.ts`). */
import { CHANNELS } from '../channels/channels.js';
import { channelName, type Params } from '../channel-name.js';
import type { ChannelRef, ParamsArgs } from '../contract.js';
import type { BuiltFeature, Core, Feature } from '../feature.js';
import { eventDecoder } from '../payloads.js';
import type { ViewRef } from './define-view.js';
import { LAYERS } from './optimistic.js';
import { createShelf, lookAt } from './shelf.js';
import type { Readable } from './store.js';
import { createView, initialView, type FoldingView, type ViewSnapshot } from './view.js';

/** A view as the application sees it: subscribing keeps it, and a while after. */
export interface View<State> extends Readable<ViewSnapshot<State>> {
  /** Starts again from the view's history, and clears the gap. */
  resync(): void;
}

/** The views of a client. */
export interface ViewsApi {
  /** State folded from a channel's events, shared by all who ask for it. */
  view<Ref extends ChannelRef, State>(ref: ViewRef<Ref, State>, ...params: ParamsArgs<Ref>): View<State>;
}

export const VIEWS: Feature<ViewsApi> = { rank: 4, create: createViews };

/** How many views that no component shows keep their state and position, to go on when they are shown again. */
const STOPPED_VIEWS = 100;

function createViews(core: Core): BuiltFeature<ViewsApi> {
  const { clock, flusher, onError, timings } = core;
  const channels = core.use(CHANNELS);
  const layers = core.use(LAYERS);
  const views = createShelf<ViewSnapshot<unknown>, FoldingView>(clock, timings.channelLeaseMs, STOPPED_VIEWS);

  function view(ref: ViewRef, params: Params = {}): View<unknown> {
    const name = channelName(ref.channel, params);
    const key = layers.viewKey(ref, name);
    const make = (): FoldingView =>
      createView(ref, name, key, { clock, flusher, layers, join: (reader, from) => channels.join(name, eventDecoder(ref.channel), reader, from), onError });
    const seen = lookAt(views, key, make, initialView(ref.initialState), ref.gcTimeMs);
    return { ...seen.readable, resync: () => seen.item()?.resync() };
  }

  return { api: { view } as ViewsApi, onUserChanged: views.dropStopped, dispose: views.dispose };
}
