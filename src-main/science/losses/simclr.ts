/**
 * SimCLR's normalised temperature-scaled cross-entropy (Chen et al. 2020, arXiv 2002.05709, equation 1).
 * All 2N views are anchors; view i's positive p(i) is the other view of its image:
 *
 *   L = mean_i [ −s_{i,p(i)} + log Σ_{j ≠ i} exp s_{ij} ],   s_ij = cos(z_i, z_j) / τ
 */
import { z } from 'zod';
import {
  add,
  concat,
  exp,
  eye,
  log,
  matMul,
  mean,
  mul,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { unitRows } from '../nn/unitRows.ts';
import { expectedLogSumExp } from './expectedLogSumExp.ts';
import { temperature } from './sharedSettings.ts';

const params = z.strictObject({ temperature: temperature(0.5) });

export const simclr: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'simclr',
  title: 'SimCLR (NT-Xent)',
  help: 'Picks the other view of an image out of all views in the batch.',
  reference: 'Chen, Kornblith, Norouzi and Hinton 2020, arXiv 2002.05709, equation 1',
  studies: ['contrastive'],
  params,
  arrays: ['z1', 'z2'],
  /** `z1`, `z2` [batch, width]; nats. */
  value({ temperature: tau }, arrays) {
    const { others, positive } = terms(tau, arrays);
    const normaliser = add(mean(others), 1 / tau);
    // Each positive pair counts once from either side, so the mean over N pairs is that over 2N anchors.
    return sub(normaliser, mul(mean(positive), 1 / tau)) as Scalar;
  },
  parts({ temperature: tau }, arrays) {
    const { others, positive } = terms(tau, arrays);
    return { positive: mul(mean(positive), -1 / tau), normaliser: add(mean(others), 1 / tau) };
  },
  /** Pair i: the mean over its two anchors. */
  examples({ temperature: tau }, arrays) {
    const { others, positive } = terms(tau, arrays);
    const normaliser = add(mean(reshape(others, [2, -1]), 0), 1 / tau);
    return sub(normaliser, mul(positive, 1 / tau)) as Tensor1D;
  },
  /**
   * −Σ w(x, x⁺) s(x, x⁺) + Σ w(x) log Σ w(x′) exp s(x, x′): the limit of large batches, less log(2N) (Wang and Isola
   * 2020, arXiv 2005.10242, theorem 1). A finite batch has no closed expectation.
   */
  population({ temperature: tau }, { z: projections }, { joint, marginal }) {
    const a = unitRows(projections as Tensor2D);
    const positive = sum(mul(a, matMul(joint, a)));
    return sub(expectedLogSumExp(a, a, tau, marginal), mul(positive, 1 / tau)) as Scalar;
  },
};

/** `others` [2 · batch]: log Σ_{j ≠ i} exp(s_ij − 1/τ) of each view; `positive` [batch]: the cosine of each pair. */
function terms(temperature: number, { z1, z2 }: LossArrays): { others: Tensor; positive: Tensor } {
  const a = unitRows(z1 as Tensor2D);
  const b = unitRows(z2 as Tensor2D);
  const views = concat([a, b], 0) as Tensor2D;
  const similarity = mul(matMul(views, views, false, true), 1 / temperature);
  // Cosines are at most 1, so nothing overflows; at the least temperature exp(−2 / τ) is still a number.
  const weights = exp(sub(similarity, 1 / temperature));
  // A view is no candidate for itself.
  const others = log(sum(mul(weights, sub(1, eye(views.shape[0]))), 1));
  return { others, positive: sum(mul(a, b), 1) };
}
