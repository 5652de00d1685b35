/**
 * Supervised contrastive loss (Khosla et al. 2020, arXiv 2004.11362, equation 2, L_out): all 2N views are anchors;
 * P(i) are the other views with the anchor's label. A view whose label is −1 is of a class of its own original.
 *
 *   L = mean_i −(1/|P(i)|) Σ_{p ∈ P(i)} log( exp s_ip / Σ_{a ≠ i} exp s_ia ),   s_ij = cos(z_i, z_j) / τ
 *
 * Without any label this is SimCLR. The authors' code also multiplies by τ / 0.07, which is left out. There is no
 * `population`: in a batch the partner's weight among the positives depends on how many others share the label.
 */
import { z } from 'zod';
import {
  abs,
  add,
  cast,
  concat,
  div,
  exp,
  eye,
  log,
  matMul,
  mean,
  mul,
  reshape,
  step,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tile,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { unitRows } from '../nn/unitRows.ts';
import { temperature } from './sharedSettings.ts';

const params = z.strictObject({ temperature: temperature(0.1) });

export const supcon: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'supcon',
  title: 'Supervised contrastive',
  help: 'Pulls all views of a class together, against all views of others. Originals without a label stand for themselves.',
  reference: 'Khosla et al. 2020, arXiv 2004.11362, equation 2',
  studies: ['contrastive'],
  params,
  arrays: ['z1', 'z2', 'targets'],
  /** `z1`, `z2` [batch, width], `targets` [batch], −1 for none; nats. */
  value: ({ temperature: tau }, arrays) => mean(anchorLosses(tau, arrays)),
  /** Pair i: the mean over its two anchors. */
  examples: ({ temperature: tau }, arrays) =>
    mean(reshape(anchorLosses(tau, arrays), [2, -1]), 0) as Tensor1D,
  method: () => ({ ofBatch: (targets) => ({ targets }) }),
};

/** [2 · batch]. */
function anchorLosses(tau: number, { z1, z2, targets }: LossArrays): Tensor1D {
  const views = concat([unitRows(z1 as Tensor2D), unitRows(z2 as Tensor2D)], 0) as Tensor2D;
  const others = sub(1, eye(views.shape[0]));
  const similarity = mul(sub(matMul(views, views, false, true), 1), 1 / tau);
  const normaliser = log(sum(mul(exp(similarity), others), 1));
  const positives = mul(alike(targets as Tensor1D), others) as Tensor2D;
  const pulled = div(sum(mul(similarity, positives), 1), sum(positives, 1));
  return sub(normaliser, pulled);
}

/** 1 where two views are of one class, themselves included: [2 · batch, 2 · batch]. */
function alike(targets: Tensor1D): Tensor2D {
  const batch = targets.shape[0];
  const labels = cast(targets, 'float32');
  const differs = step(abs(sub(reshape(labels, [-1, 1]), reshape(labels, [1, -1]))));
  const labelled = reshape(step(add(labels, 1)), [-1, 1]);
  const same = mul(sub(1, differs), labelled);
  // An original is always like itself: 1 on the diagonal, whether it has a label or not.
  const own = mul(eye(batch), sub(1, labelled));
  return tile(add(same, own) as Tensor2D, [2, 2]);
}
