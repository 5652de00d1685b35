/** The contrastive study: what structure of the data does the loss learn? */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { StudyDefinition } from '../training.ts';
import { build } from './build.ts';
import { components } from './components.ts';
import { estimate, outlineOf, shapesOf } from './estimate.ts';
import { presets } from './presets/index.ts';
import { preview } from './preview.ts';
import { loadSource } from './source.ts';

export const contrastiveStudy: StudyDefinition<ContrastiveRunSpec> = {
  id: 'contrastive',
  components,
  presets,
  build,
  batches: async (spec) => (spec.pairs === 'population' ? () => ({}) : (await loadSource(spec)).pairs.batch),
  parameterCount: (spec) => shapesOf(spec, outlineOf(spec)).parameters.count,
  estimate,
  preview,
};
