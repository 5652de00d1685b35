/** The contrastive study: what structure of the data does the loss learn? */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { chosen } from '../../choice.ts';
import type { StudyDefinition } from '../training.ts';
import { build, loadPairs } from './build.ts';
import { components, datasets } from './components.ts';
import { estimate, shapesOf } from './estimate.ts';
import { presets } from './presets/index.ts';
import { preview } from './preview.ts';

export const contrastiveStudy: StudyDefinition<ContrastiveRunSpec> = {
  id: 'contrastive',
  components,
  presets,
  build,
  batches: async (spec) => (await loadPairs(spec)).pairs.batch,
  parameterCount(spec) {
    const { definition, params } = chosen(datasets, spec.data, 'data');
    return shapesOf(spec, definition.outline(params)).count;
  },
  estimate,
  preview,
};
