/**
 * BYOL (Grill et al. 2020, arXiv 2006.07733, equation 2): the prediction p of one view's projection looks for the
 * projection k of the other view by a momentum encoder, which is held.
 *
 *   L = mean_i [ 2 − 2 cos(p¹_i, k²_i) ] + mean_i [ 2 − 2 cos(p²_i, k¹_i) ]
 */
import { z } from 'zod';
import {
  add,
  cos,
  matMul,
  mean,
  mul,
  type Scalar,
  stopGradient,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { predictor, predictorHidden } from '../nn/predictor.ts';
import { rowCosines, unitRows } from '../nn/unitRows.ts';
import { type Directions, directionParts, pairLosses } from './directions.ts';
import { momentum } from './sharedSettings.ts';

const params = z.strictObject({
  momentum,
  rise: z.boolean().default(false).meta({
    title: 'Momentum rises',
    description: 'From its value to 1 along a cosine over the run, as in long runs of the reference.',
  }),
  predictorHidden: predictorHidden(1024),
});

export const byol: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'byol',
  title: 'BYOL',
  help: 'Predicts a momentum encoder’s projection of the other view. No negatives: predictor and target keep it from collapsing.',
  reference: 'Grill et al. 2020, arXiv 2006.07733, equation 2',
  studies: ['contrastive'],
  params,
  arrays: ['p1', 'p2'],
  /** Targets: `k1` and `k2` or, without them, `z1` and `z2`. */
  optionalArrays: ['k1', 'k2', 'z1', 'z2'],
  alternatives: [
    ['k1', 'k2'],
    ['z1', 'z2'],
  ],
  /** `p1`, `p2`, `k1`, `k2` [batch, width]; from 0 to 8. */
  value: (_params, arrays) => mean(pairLosses(directions(arrays), 1)),
  parts: (_params, arrays) => directionParts(directions(arrays), 1),
  examples: (_params, arrays) => pairLosses(directions(arrays), 1),
  /** 4 − 4 Σ w(x, x⁺) cos(p_x, k_x⁺): w is symmetric, so that both directions expect the same. */
  population(_params, { p, k }, { joint }) {
    const targets = stopGradient(unitRows(k as Tensor2D));
    const agreement = sum(mul(unitRows(p as Tensor2D), matMul(joint, targets)));
    return sub(4, mul(agreement, 4)) as Scalar;
  },
  method({ momentum: base, rise, predictorHidden: hidden }, { parameters, projectionWidth, target }) {
    const predict = predictor(projectionWidth, hidden, parameters);
    const { project, follow } = target();
    return {
      ofViews: (projections, views) => ({ p: predict(projections), k: stopGradient(project(views)) }),
      update: (_arrays, progress) => follow(rise ? risen(base, progress) : base),
    };
  },
};

function directions({ p1, p2, k1, k2, z1, z2 }: LossArrays): Directions {
  return { first: apart(p1, k2 ?? z2), second: apart(p2, k1 ?? z1) };
}

/** 2 − 2 cos of each row, the squared distance of both on the sphere. */
function apart(prediction: Tensor | undefined, target: Tensor | undefined): Tensor1D {
  return sub(2, mul(rowCosines(prediction as Tensor2D, stopGradient(target as Tensor2D)), 2));
}

/** 1 − (1 − m)(1 + cos(π · progress)) / 2 (section 3.2). */
function risen(base: number, progress: Scalar): Scalar {
  return sub(1, mul(add(cos(mul(progress, Math.PI)), 1), (1 - base) / 2));
}
