/** The MLM study: which of the equally good minima does the optimizer pick? */
import type { MlmRunSpec } from '#contract/spec.ts';
import type { StudyDefinition } from '../training.ts';
import { build, loadBatches } from './build.ts';
import { components } from './components.ts';
import { estimate, shapesOf } from './estimate.ts';
import { presets } from './presets/index.ts';
import { preview } from './preview.ts';

export const mlmStudy: StudyDefinition<MlmRunSpec> = {
  id: 'mlm',
  components,
  presets,
  build,
  batches: async (spec) => loadBatches(spec).batches.batch,
  parameterCount: (spec) => shapesOf(spec).parameters.count,
  estimate,
  preview,
};
