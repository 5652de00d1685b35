/** Tr(H) of the pre-training loss by Hutchinson's estimator on a fixed batch. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FlatnessDefinition } from '../definition.ts';
import { hutchinson, type TraceEstimate } from '../linalg/hutchinson.ts';
import { centralDifferenceHessian } from './operators/centralDifferenceHessian.ts';
import { exactHessian } from './operators/exactHessian.ts';
import type { HessianOperator } from './operators/hessianOperator.ts';

const params = z.strictObject({
  probes: z.int().min(2).max(10_000).default(8).meta({
    title: 'Probes',
    description: 'Random directions; the standard error falls with their square root.',
    scale: 'log',
  }),
  batchSize: z.int().min(1).max(65_536).default(128).meta({
    title: 'Batch',
    description: 'Examples of the fixed batch on which curvature is taken.',
    scale: 'log',
  }),
  distribution: z.enum(['rademacher', 'normal']).default('rademacher').meta({
    title: 'Directions',
    description: 'Random signs (least variance), or normal numbers as in the papers.',
  }),
  product: z
    .enum(['automatic', 'exact', 'differences'])
    .default('automatic')
    .meta({
      title: 'Products',
      description:
        'Second derivatives, or central differences of gradients (noisy for rectified units). Automatic: ' +
        'differences only for a loss with operations whose second derivative is not known to be right.',
    }),
  epsilon: z.number().positive().max(1).default(1e-3).meta({
    title: 'Difference step',
    description: 'Step of central differences along a direction with entries of size 1.',
    scale: 'log',
  }),
});

export const hutchinsonTrace: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'trace',
  title: 'Trace of the Hessian',
  help:
    'Mean of vᵀHv over random directions v. The error covers the choice of directions, not of ' +
    'the batch. The trace changes under rescalings of weights that leave the function unchanged.',
  reference: 'Hutchinson 1990; Liu et al. 2022, arXiv 2210.14199',
  studies: ['contrastive', 'mlm'],
  params,
  measure(
    { probes, batchSize, distribution, product, epsilon },
    { engine, parameters, loss, batch },
    random,
  ) {
    const examples = batch(batchSize);
    const estimate = (hessian: HessianOperator): TraceEstimate => {
      try {
        return hutchinson(hessian, probes, distribution, random);
      } finally {
        hessian.dispose();
      }
    };
    const differences = () => estimate(centralDifferenceHessian(engine, parameters, loss, examples, epsilon));
    if (product === 'differences') return differences();
    try {
      return estimate(exactHessian(engine, parameters, loss, examples));
    } catch (error) {
      const unknown = error instanceof BasinError && error.code === 'unsupported';
      if (product === 'automatic' && unknown) return differences();
      throw error;
    }
  },
};
