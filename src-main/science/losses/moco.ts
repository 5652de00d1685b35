/**
 * MoCo (He et al. 2020, arXiv 1911.05722, equation 1; heads and temperature of v2, arXiv 2003.04297): a query looks for
 * its key, the other view's projection by a momentum encoder, among those of earlier batches.
 *
 *   L(q, k) = mean_i [ −s(q_i, k_i) + log( exp s(q_i, k_i) + Σ_j exp s(q_i, queue_j) ) ],   s(a, b) = cos(a, b) / τ
 *
 * One-sided it is L(z¹, k²); symmetric, ½ L(z¹, k²) + ½ L(z², k¹). Keys and queue are held.
 */
import { z } from 'zod';
import {
  concat,
  matMul,
  mean,
  mul,
  reshape,
  type Scalar,
  stopGradient,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { rowCosines, unitRows } from '../nn/unitRows.ts';
import { directionParts, pairLosses } from './directions.ts';
import { expectedLogSumExp } from './expectedLogSumExp.ts';
import { logSumExp } from './logSumExp.ts';
import { push } from './queue.ts';
import { momentum, temperature } from './sharedSettings.ts';

const params = z.strictObject({
  temperature: temperature(0.1),
  queue: z.int().min(2).max(1_048_576).default(4096).meta({
    title: 'Queue',
    description: 'Keys of earlier batches that are kept as negatives, the newest first.',
    unit: 'keys',
    scale: 'log',
  }),
  momentum,
  symmetric: z.boolean().default(true).meta({
    title: 'Symmetric',
    description: 'Both views are queries and both are keys; else the first asks and the second answers.',
  }),
});

export const moco: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'moco',
  title: 'MoCo',
  help: 'Picks the other view’s key, made by a momentum encoder, out of a queue of keys of earlier batches.',
  reference:
    'He, Fan, Wu, Xie and Girshick 2020, arXiv 1911.05722, equation 1; Chen et al. 2020, arXiv 2003.04297',
  studies: ['contrastive'],
  params,
  arrays: ['z1', 'z2', 'queue'],
  /** Without these `z2` are the keys of the queries `z1`, and the loss is one-sided. */
  optionalArrays: ['k1', 'k2'],
  /** Queries `z1`, `z2` and keys `k1`, `k2` [batch, width], `queue` [keys, width]; nats. */
  value: ({ temperature: tau, symmetric }, arrays) => mean(examplesOf(tau, symmetric, arrays)),
  parts({ temperature: tau, symmetric }, arrays) {
    const second = backward(tau, symmetric, arrays);
    if (!second) return { first: mean(forward(tau, arrays)) as Scalar };
    return directionParts({ first: forward(tau, arrays), second }, 0.5);
  },
  examples: ({ temperature: tau, symmetric }, arrays) => examplesOf(tau, symmetric, arrays),
  /**
   * −Σ w(x, x⁺) s(z_x, k_x⁺) + Σ w(x) log Σ w(x′) exp s(z_x, k_x′): what remains, less log(queue), for a queue
   * that is long and as new as the encoder.
   */
  population({ temperature: tau }, { z: queries, k }, { joint, marginal }) {
    const a = unitRows(queries as Tensor2D);
    const keys = stopGradient(unitRows(k as Tensor2D));
    const positive = sum(mul(a, matMul(joint, keys)));
    return sub(expectedLogSumExp(a, keys, tau, marginal), mul(positive, 1 / tau)) as Scalar;
  },
  method({ queue: length, momentum: m, symmetric }, { state, projectionWidth, target }) {
    // Rows of the loss's queue are brought to length 1, those drawn here as well as the keys that replace them.
    const queue = state.normal('queue', [length, projectionWidth], 1);
    const { project, follow } = target();
    return {
      ofViews: (_projections, views) => ({ k: stopGradient(project(views)) }),
      ofBatch: () => ({ queue }),
      update(arrays) {
        follow(m);
        const { k1, k2 } = arrays;
        // All vertices of a population at once are no batch: there the queue stays unused.
        if (!k1 || !k2) return;
        const keys = (symmetric ? [k1, k2] : [k2]).map((rows) => unitRows(rows as Tensor2D));
        push(queue, keys);
      },
    };
  },
};

function examplesOf(tau: number, symmetric: boolean, arrays: LossArrays): Tensor1D {
  const first = forward(tau, arrays);
  const second = backward(tau, symmetric, arrays);
  return second ? pairLosses({ first, second }, 0.5) : first;
}

function forward(tau: number, { z1, z2, k2, queue }: LossArrays): Tensor1D {
  return keyLosses(z1, k2 ?? z2, queue, tau);
}

function backward(tau: number, symmetric: boolean, { z2, k1, queue }: LossArrays): Tensor1D | undefined {
  return symmetric && k1 ? keyLosses(z2, k1, queue, tau) : undefined;
}

/** Cross-entropy of each query's choice, its own key at place 0: [batch]. */
function keyLosses(
  query: Tensor | undefined,
  key: Tensor | undefined,
  queue: Tensor | undefined,
  tau: number,
): Tensor1D {
  const queries = query as Tensor2D;
  const positive = rowCosines(queries, stopGradient(key as Tensor2D));
  const negative = matMul(unitRows(queries), stopGradient(unitRows(queue as Tensor2D)), false, true);
  const cosines = concat([reshape(positive, [-1, 1]), negative], 1);
  return sub(logSumExp(mul(cosines, 1 / tau) as Tensor2D), mul(positive, 1 / tau));
}
