/** What BYOL and SimSiam put behind the projections of one branch alone: without it they collapse. */
import { z } from 'zod';
import type { Parameters } from '#engine/parameters.ts';
import { relu, type Tensor2D } from '#engine/tf.ts';
import { batchNormalisation } from './batchNormalisation.ts';
import { dense } from './dense.ts';

/** Setting of a loss whose method has a predictor; `usual` is its reference's. */
export function predictorHidden(usual: number) {
  return z.int().min(2).max(8192).default(usual).meta({
    title: 'Predictor',
    description: 'Hidden units of the predictor, which is batch-normalised and as wide as the projections.',
    unit: 'units',
    scale: 'log',
  });
}

/** Dense, batch normalisation, relu, dense: [batch, width] → [batch, width]. */
export function predictor(
  width: number,
  hidden: number,
  parameters: Parameters,
): (projections: Tensor2D) => Tensor2D {
  const first = dense('predictor/hidden', width, hidden, 2, parameters);
  const normalise = batchNormalisation('predictor/norm', hidden, parameters);
  const second = dense('predictor/output', hidden, width, 1, parameters);
  return (projections) => second(relu(normalise(first(projections))));
}
