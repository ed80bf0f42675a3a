/** The life of a built feature, with a function for every hook, so that a test can call each without asking whether the feature has it. */
import type { FeatureLife } from '../../src/core/feature.js';

export const lifeOf = (built: FeatureLife): Required<FeatureLife> => ({
  onFrame() {},
  onReady() {},
  onLinkLost() {},
  onPaused() {},
  onStorageChanged() {},
  onUserChanged() {},
  dispose() {},
  ...built,
});
