/**
 * SimSiam (Chen and He 2021, arXiv 2011.10566, equation 2): the prediction p of one view looks for the projection z
 * of the other, which is held. There is no momentum encoder.
 *
 *   L = −½ mean_i [ cos(p¹_i, z²_i) + cos(p²_i, z¹_i) ]
 */
import { z } from 'zod';
import { matMul, mean, mul, neg, type Scalar, stopGradient, sum, type Tensor2D } from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { predictor, predictorHidden } from '../nn/predictor.ts';
import { rowCosines, unitRows } from '../nn/unitRows.ts';
import { type Directions, directionParts, pairLosses } from './directions.ts';

const params = z.strictObject({ predictorHidden: predictorHidden(512) });

export const simsiam: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'simsiam',
  title: 'SimSiam',
  help: 'Predicts the other view’s projection, through which no gradient flows. Neither negatives nor a momentum encoder.',
  reference: 'Chen and He 2021, arXiv 2011.10566, equation 2',
  studies: ['contrastive'],
  params,
  arrays: ['p1', 'p2', 'z1', 'z2'],
  /** All [batch, width]; from −1 to 1. */
  value: (_params, arrays) => mean(pairLosses(directions(arrays), 0.5)),
  parts: (_params, arrays) => directionParts(directions(arrays), 0.5),
  examples: (_params, arrays) => pairLosses(directions(arrays), 0.5),
  /** −Σ w(x, x⁺) cos(p_x, z_x⁺): w is symmetric, so that both directions expect the same. */
  population(_params, { p, z: projections }, { joint }) {
    const targets = stopGradient(unitRows(projections as Tensor2D));
    return neg(sum(mul(unitRows(p as Tensor2D), matMul(joint, targets)))) as Scalar;
  },
  method({ predictorHidden: hidden }, { parameters, projectionWidth }) {
    const predict = predictor(projectionWidth, hidden, parameters);
    return { ofViews: (projections) => ({ p: predict(projections) }) };
  },
};

function directions({ p1, p2, z1, z2 }: LossArrays): Directions {
  return {
    first: neg(rowCosines(p1 as Tensor2D, stopGradient(z2 as Tensor2D))),
    second: neg(rowCosines(p2 as Tensor2D, stopGradient(z1 as Tensor2D))),
  };
}
