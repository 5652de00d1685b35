/**
 * Supervised reference: cross-entropy of a linear head over the labels, on both views of each original.
 *
 *   L = Σ_i w_i (log Σ_c exp logits_ic − logits_i,target(i)) / Σ_i w_i,   w_i = 0 where the target is −1, else 1
 */
import { z } from 'zod';
import {
  cast,
  concat,
  div,
  maximum,
  mean,
  mul,
  oneHot,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { dense } from '../nn/dense.ts';
import { logSumExp } from './logSumExp.ts';

const params = z.strictObject({});

export const supervised: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'supervised',
  title: 'Supervised',
  help: 'Cross-entropy of a linear head over the labels: what features are worth that were trained with them.',
  studies: ['contrastive'],
  params,
  labelled: true,
  arrays: ['logits', 'targets'],
  /** `logits` [rows, classes], `targets` [rows], −1 where there is none; nats. Zero where there are none at all. */
  value(_params, arrays) {
    const { losses, weights } = terms(arrays);
    return div(sum(losses), maximum(sum(weights), 1)) as Scalar;
  },
  /** Pair i: rows i and batch + i, with the weight that its labels have in the whole. */
  examples(_params, arrays) {
    const { losses, weights } = terms(arrays);
    const ofPair = mean(reshape(losses, [2, -1]), 0);
    return div(mul(ofPair, losses.shape[0]), maximum(sum(weights), 1));
  },
  /** Σ w(x) loss(x) over the vertices that have a label, divided by their weight. */
  population(_params, arrays, { marginal }) {
    const { losses, weights } = terms(arrays);
    return div(sum(mul(losses, marginal)), maximum(sum(mul(weights, marginal)), 1e-12)) as Scalar;
  },
  method(_params, { parameters, projectionWidth, classes }) {
    const head = dense('classifier', projectionWidth, classes, 1, parameters);
    return {
      ofBatch(labels, projections) {
        const views = projections.shape[0] / labels.shape[0];
        const targets = concat(Array.from({ length: views }, () => labels));
        return { logits: head(projections), targets };
      },
    };
  },
};

/** Of each row: its loss, zero without a target, and whether it has one; [rows]. */
function terms({ logits, targets }: LossArrays): { losses: Tensor1D; weights: Tensor1D } {
  const scores = logits as Tensor2D;
  // No place is hot for −1.
  const hot = oneHot(cast(targets as Tensor1D, 'int32'), scores.shape[1], 1, 0, 'float32') as Tensor2D;
  const weights: Tensor1D = sum(hot, 1);
  return { losses: sub(mul(logSumExp(scores), weights), sum(mul(scores, hot), 1)), weights };
}
